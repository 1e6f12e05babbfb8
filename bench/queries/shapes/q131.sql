-- first dense ranks of large partitions
SELECT count(*) FROM (SELECT l_partkey, dense_rank() OVER (PARTITION BY l_shipmode ORDER BY l_extendedprice DESC) AS r FROM lineitem) AS t WHERE r <= 10;
