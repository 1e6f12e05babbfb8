-- texts put together in order
SELECT sum(length(s)) FROM (SELECT o_custkey, string_agg(o_orderpriority, ',' ORDER BY o_orderdate DESC, o_orderkey) AS s FROM orders GROUP BY 1) AS t;
