-- texts put together
SELECT max(length(t)) FROM (SELECT o_custkey, string_agg(o_orderpriority, ',') AS t FROM orders GROUP BY 1) AS s;
