-- greatest of a frame
SELECT sum(s), max(s) FROM (SELECT max(o_totalprice) OVER (PARTITION BY o_orderpriority ORDER BY o_orderdate, o_orderkey ROWS BETWEEN 500 PRECEDING AND CURRENT ROW) AS s FROM orders) AS t;
