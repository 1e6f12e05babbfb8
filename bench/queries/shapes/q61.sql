-- lateral
SELECT count(*), sum(x.o_totalprice) FROM customer, LATERAL (SELECT o_totalprice FROM orders WHERE o_custkey = c_custkey ORDER BY o_totalprice DESC, o_orderkey LIMIT 1) AS x WHERE c_nationkey = 7;
