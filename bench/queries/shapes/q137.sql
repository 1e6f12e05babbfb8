-- numbers and texts put together
SELECT max(concat(o_orderkey, '-', o_custkey, '-', o_orderstatus)), count(DISTINCT concat_ws(':', o_orderstatus, o_orderpriority)) FROM orders;
