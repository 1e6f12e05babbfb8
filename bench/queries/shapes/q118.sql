-- top hundred thousand
SELECT sum(l_orderkey), min(l_extendedprice) FROM (SELECT l_orderkey, l_extendedprice FROM lineitem ORDER BY l_extendedprice DESC, l_orderkey, l_linenumber LIMIT 100000) AS t;
