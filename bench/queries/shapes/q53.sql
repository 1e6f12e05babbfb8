-- rollup
SELECT l_returnflag, l_shipmode, count(*) FROM lineitem GROUP BY ROLLUP (l_returnflag, l_shipmode) ORDER BY 1 NULLS LAST, 2 NULLS LAST;
