-- arrays of all rows
SELECT sum(array_length(a, 1)), count(*) FROM (SELECT array_agg(l_orderkey) AS a FROM lineitem GROUP BY l_suppkey) AS t;
