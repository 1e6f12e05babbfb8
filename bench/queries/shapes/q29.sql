-- full join
SELECT count(*), count(a.o_orderkey), count(b.o_orderkey) FROM (SELECT o_orderkey FROM orders WHERE o_orderkey % 3 = 0) AS a FULL JOIN (SELECT o_orderkey FROM orders WHERE o_orderkey % 5 = 0) AS b ON a.o_orderkey = b.o_orderkey;
