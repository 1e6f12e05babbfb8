-- integer arithmetic
SELECT sum(l_orderkey % 7), sum((l_suppkey * 31 + l_linenumber) & 255), sum(abs(l_partkey - 100000)) FROM lineitem;
