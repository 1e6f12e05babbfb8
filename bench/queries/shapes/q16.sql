-- top by text
SELECT o_orderkey, o_clerk FROM orders ORDER BY o_clerk, o_orderkey DESC LIMIT 20;
