-- self join with a range
SELECT count(*) FROM orders AS a JOIN orders AS b ON a.o_custkey = b.o_custkey AND b.o_orderdate BETWEEN a.o_orderdate AND a.o_orderdate + 30;
