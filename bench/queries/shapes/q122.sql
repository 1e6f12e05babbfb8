-- pairs by order alone
SELECT count(*) FROM (SELECT * FROM orders WHERE o_orderkey < 20000) AS a JOIN (SELECT * FROM orders WHERE o_orderkey < 20000) AS b ON a.o_totalprice < b.o_totalprice;
