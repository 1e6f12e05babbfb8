-- self join of near dates
SELECT count(*) FROM orders AS a JOIN orders AS b ON a.o_custkey = b.o_custkey AND b.o_orderdate > a.o_orderdate AND b.o_orderdate <= a.o_orderdate + 30;
