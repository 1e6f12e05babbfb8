-- ranks by partition
SELECT count(*) FROM (SELECT l_orderkey, row_number() OVER (PARTITION BY l_suppkey ORDER BY l_shipdate, l_orderkey, l_linenumber) AS r FROM lineitem) AS t WHERE r = 1;
