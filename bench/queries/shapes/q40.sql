-- filters of several columns
SELECT count(*) FROM lineitem WHERE l_quantity > 30 AND l_discount < 0.05 AND l_returnflag = 'N' AND l_shipmode <> 'AIR';
