-- band join without an equality
SELECT count(*) FROM (SELECT * FROM orders WHERE o_orderkey < 80000) AS a JOIN customer AS b ON b.c_acctbal BETWEEN a.o_totalprice - 1 AND a.o_totalprice + 1;
