-- distinct values of many groups
SELECT sum(c) FROM (SELECT l_suppkey, l_shipmode, count(DISTINCT l_orderkey) AS c FROM lineitem GROUP BY 1, 2) AS t;
