-- statistics
SELECT stddev(l_quantity), variance(l_extendedprice), corr(l_quantity, l_extendedprice) FROM lineitem;
