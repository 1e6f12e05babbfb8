-- first rows
SELECT l_orderkey, l_comment FROM lineitem WHERE l_quantity = 50 AND l_orderkey < 100 ORDER BY 1, 2 LIMIT 5;
