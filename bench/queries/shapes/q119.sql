-- arg of the greatest
SELECT count(*), sum(k) FROM (SELECT l_suppkey, max_by(l_orderkey, l_extendedprice * 100000000 + l_orderkey) AS k FROM lineitem GROUP BY 1) AS t;
