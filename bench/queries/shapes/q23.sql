-- neighbours
SELECT count(*) FROM (SELECT o_orderdate - lag(o_orderdate) OVER (PARTITION BY o_custkey ORDER BY o_orderdate, o_orderkey) AS d FROM orders) AS t WHERE d < 10;
