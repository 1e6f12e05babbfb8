-- one row by key
SELECT o_orderkey, o_totalprice FROM orders WHERE o_orderkey = 3000000;
