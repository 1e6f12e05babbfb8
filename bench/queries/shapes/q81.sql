-- several counts of distinct values
SELECT l_returnflag, count(DISTINCT l_suppkey), count(DISTINCT l_orderkey), count(DISTINCT l_shipdate) FROM lineitem GROUP BY 1 ORDER BY 1;
