-- first and last of each window
SELECT sum(f), sum(l) FROM (SELECT first_value(o_totalprice) OVER w AS f, last_value(o_totalprice) OVER w AS l FROM orders WINDOW w AS (PARTITION BY o_custkey ORDER BY o_orderdate, o_orderkey ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS t;
