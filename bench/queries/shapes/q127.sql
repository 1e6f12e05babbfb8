-- texts put together in any order
SELECT max(length(s)) FROM (SELECT string_agg(o_clerk, ',') AS s FROM orders GROUP BY o_custkey) AS t;
