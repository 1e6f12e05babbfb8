-- groups by text and date
SELECT count(*), sum(n) FROM (SELECT l_shipmode, l_shipdate, count(*) AS n FROM lineitem GROUP BY l_shipmode, l_shipdate) AS t;
