-- join by text
SELECT count(*) FROM orders AS a JOIN (SELECT DISTINCT o_clerk FROM orders WHERE o_orderkey % 100 = 0) AS b ON a.o_clerk = b.o_clerk;
