-- distinct texts in all
SELECT count(DISTINCT o_clerk), count(DISTINCT o_orderdate) FROM orders;
