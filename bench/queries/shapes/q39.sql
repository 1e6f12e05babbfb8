-- list of values
SELECT count(*) FROM lineitem WHERE l_partkey IN (1, 22, 333, 4444, 55555, 166666) OR l_suppkey IN (7, 77, 777);
