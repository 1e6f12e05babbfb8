-- greatest row of each group
SELECT count(*), sum(l_extendedprice) FROM lineitem AS a WHERE l_extendedprice = (SELECT max(l_extendedprice) FROM lineitem AS b WHERE b.l_suppkey = a.l_suppkey);
