-- filtered aggregates
SELECT count(*) FILTER (WHERE l_returnflag = 'R'), sum(l_quantity) FILTER (WHERE l_shipmode = 'AIR'), avg(l_tax) FILTER (WHERE l_discount > 0.05) FROM lineitem;
