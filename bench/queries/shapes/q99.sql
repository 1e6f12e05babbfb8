-- outer join, groups and having
SELECT count(*), sum(n) FROM (SELECT c_custkey, count(o_orderkey) AS n FROM customer LEFT JOIN orders ON o_custkey = c_custkey AND o_orderpriority = '1-URGENT' GROUP BY 1 HAVING count(o_orderkey) <> 3) AS t;
