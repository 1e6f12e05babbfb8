-- rows against the mean of large partitions
SELECT count(*) FROM (SELECT l_extendedprice - avg(l_extendedprice) OVER (PARTITION BY l_shipmode, l_returnflag) AS d FROM lineitem) AS t WHERE d > 50000;
