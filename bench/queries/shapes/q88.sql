-- first ranks with ties
SELECT count(*), sum(o_totalprice) FROM (SELECT o_totalprice, rank() OVER (ORDER BY o_orderdate DESC) AS r FROM orders) AS t WHERE r <= 1000;
