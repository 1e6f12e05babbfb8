-- sort by integers
SELECT sum(rn) FROM (SELECT l_orderkey, l_extendedprice, 1 AS rn FROM lineitem ORDER BY l_extendedprice, l_orderkey OFFSET 100) AS t;
