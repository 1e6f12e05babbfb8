-- medians of many groups
SELECT count(*), sum(m) FROM (SELECT l_partkey, median(CAST(l_extendedprice AS DOUBLE PRECISION)) AS m FROM lineitem GROUP BY 1) AS t;
