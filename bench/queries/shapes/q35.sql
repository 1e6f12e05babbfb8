-- correlated scalar subquery
SELECT count(*) FROM orders AS a WHERE o_totalprice > (SELECT avg(o_totalprice) FROM orders AS b WHERE b.o_custkey = a.o_custkey);
