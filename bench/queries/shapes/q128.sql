-- groups by date and text
SELECT count(*) FROM (SELECT o_orderdate, o_clerk, count(*) FROM orders GROUP BY 1, 2) AS t;
