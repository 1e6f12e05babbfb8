-- groups by four integers
SELECT count(*), max(n) FROM (SELECT l_orderkey, l_partkey, l_suppkey, l_linenumber, count(*) AS n FROM lineitem GROUP BY 1, 2, 3, 4) AS t;
