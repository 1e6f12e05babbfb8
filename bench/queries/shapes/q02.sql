-- groups by two texts of few values
SELECT l_shipinstruct, l_shipmode, avg(l_extendedprice), min(l_shipdate) FROM lineitem GROUP BY 1, 2 ORDER BY 1, 2;
