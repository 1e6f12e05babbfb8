-- arithmetic
SELECT sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)), avg(l_quantity * 2 + 1), max(l_extendedprice / 7) FROM lineitem;
