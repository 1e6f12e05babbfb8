-- groups by an expression
SELECT l_partkey % 1000 AS k, sum(l_extendedprice) FROM lineitem GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10;
