-- pairs that differ
SELECT count(*) FROM supplier AS a JOIN supplier AS b ON a.s_nationkey <> b.s_nationkey AND a.s_suppkey < 300;
