-- distinct values in all
SELECT count(DISTINCT l_suppkey) FROM lineitem;
