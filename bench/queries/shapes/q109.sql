-- join by two columns of two large tables
SELECT count(*), sum(ps_availqty) FROM lineitem JOIN partsupp ON ps_partkey = l_partkey AND ps_suppkey = l_suppkey WHERE l_quantity > 30;
