-- grouping sets of many groups
SELECT count(*), sum(n) FROM (SELECT l_suppkey, l_shipdate, count(*) AS n FROM lineitem GROUP BY GROUPING SETS ((l_suppkey), (l_shipdate), ())) AS t;
