-- overlap of dates, and an order
SELECT count(*) FROM (SELECT * FROM orders WHERE o_orderkey < 40000) AS a JOIN (SELECT * FROM orders WHERE o_orderkey < 60000) AS b ON a.o_orderdate < b.o_orderdate + 3 AND b.o_orderdate < a.o_orderdate + 3 AND a.o_totalprice < b.o_totalprice;
