-- running sums of partitions
SELECT count(*) FROM (SELECT sum(o_totalprice) OVER (PARTITION BY o_custkey ORDER BY o_orderdate, o_orderkey) AS s FROM orders) AS t WHERE s > 1000000;
