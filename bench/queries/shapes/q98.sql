-- groups by year and month
SELECT extract(year FROM l_shipdate), extract(month FROM l_shipdate), count(*), avg(l_discount) FROM lineitem GROUP BY 1, 2 ORDER BY 1, 2;
