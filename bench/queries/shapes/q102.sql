-- least, greatest and nulls
SELECT sum(greatest(l_quantity, l_tax * 100)), sum(least(l_discount, l_tax)), sum(coalesce(nullif(l_linenumber, 1), 0)), count(nullif(l_returnflag, 'N')) FROM lineitem;
