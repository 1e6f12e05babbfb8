-- arrays in order
SELECT sum(a[1]), sum(array_length(a, 1)) FROM (SELECT o_custkey, array_agg(o_orderkey ORDER BY o_totalprice DESC, o_orderkey) AS a FROM orders GROUP BY 1) AS t;
