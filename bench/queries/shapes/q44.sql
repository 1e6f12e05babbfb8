-- parts of dates
SELECT extract(year FROM l_shipdate) AS y, extract(month FROM l_shipdate) AS m, sum(l_quantity) FROM lineitem GROUP BY 1, 2 ORDER BY 1, 2;
