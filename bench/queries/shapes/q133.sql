-- counts of partitions
SELECT count(*) FROM (SELECT count(*) OVER (PARTITION BY o_custkey) AS n FROM orders) AS t WHERE n > 20;
