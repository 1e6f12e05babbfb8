-- frame of a month
SELECT max(n), min(n) FROM (SELECT count(*) OVER (PARTITION BY o_orderpriority ORDER BY o_orderdate RANGE BETWEEN INTERVAL '30 days' PRECEDING AND CURRENT ROW) AS n FROM orders) AS t;
