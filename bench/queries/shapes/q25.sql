-- join of two large tables, all columns of one
SELECT max(o_comment), max(l_comment) FROM lineitem JOIN orders ON l_orderkey = o_orderkey WHERE l_quantity < 10;
