-- lateral top three of few
SELECT sum(x.o_totalprice), count(*) FROM (SELECT * FROM customer WHERE c_acctbal > 9900) AS c CROSS JOIN LATERAL (SELECT o_totalprice FROM orders WHERE o_custkey = c_custkey ORDER BY o_orderdate DESC, o_orderkey LIMIT 3) AS x;
