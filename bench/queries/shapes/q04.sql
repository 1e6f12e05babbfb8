-- groups by two texts of many combinations
SELECT count(*), sum(n) FROM (SELECT o_clerk, o_orderpriority, count(*) AS n FROM orders GROUP BY o_clerk, o_orderpriority) AS t;
