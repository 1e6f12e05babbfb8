-- shares of a whole
SELECT count(*) FROM (SELECT l_extendedprice / sum(l_extendedprice) OVER (PARTITION BY l_orderkey) AS share FROM lineitem) AS t WHERE share > 0.5;
