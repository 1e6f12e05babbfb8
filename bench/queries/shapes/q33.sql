-- join by a range only
SELECT count(*) FROM supplier AS a JOIN supplier AS b ON a.s_acctbal < b.s_acctbal AND a.s_nationkey = b.s_nationkey;
