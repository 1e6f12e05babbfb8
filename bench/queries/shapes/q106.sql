-- rounding and digits
SELECT sum(round(l_extendedprice, 0)), sum(floor(l_discount * 100)), sum(ceil(l_tax * 10)), max(CAST(l_extendedprice AS VARCHAR)) FROM lineitem;
