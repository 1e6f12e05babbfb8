-- join by two columns
SELECT count(*), sum(ps_availqty) FROM lineitem JOIN partsupp ON l_partkey = ps_partkey AND l_suppkey = ps_suppkey;
