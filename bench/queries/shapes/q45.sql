-- least and greatest of every column
SELECT min(l_orderkey), max(l_partkey), min(l_quantity), max(l_extendedprice), min(l_shipdate), max(l_commitdate), min(l_comment), max(l_shipmode) FROM lineitem;
