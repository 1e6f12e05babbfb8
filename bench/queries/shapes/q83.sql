-- groups of a union
SELECT k, count(*), sum(v) FROM (SELECT l_shipmode AS k, l_quantity AS v FROM lineitem UNION ALL SELECT o_orderpriority, o_totalprice FROM orders UNION ALL SELECT c_mktsegment, c_acctbal FROM customer) AS t GROUP BY 1 ORDER BY 1;
