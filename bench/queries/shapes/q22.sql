-- moving averages
SELECT max(a) FROM (SELECT avg(o_totalprice) OVER (ORDER BY o_orderdate, o_orderkey ROWS BETWEEN 100 PRECEDING AND CURRENT ROW) AS a FROM orders) AS t;
