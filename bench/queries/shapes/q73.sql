-- sums of a frame in partitions
SELECT sum(s), max(s) FROM (SELECT sum(l_quantity) OVER (PARTITION BY l_suppkey ORDER BY l_shipdate, l_orderkey, l_linenumber ROWS BETWEEN 10 PRECEDING AND 10 FOLLOWING) AS s FROM lineitem WHERE l_shipdate < DATE '1994-01-01') AS t;
