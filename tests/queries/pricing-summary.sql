-- What was shipped, by return flag and line status: quantity, revenue and the mean discount.
SELECT
  l_returnflag AS returned,
  l_linestatus AS status,
  count(*) AS lines,
  sum(l_quantity) AS quantity,
  sum(l_extendedprice * (1 - l_discount)) AS revenue,
  round(avg(l_discount), 4) AS discount
FROM lineitem
WHERE l_shipdate <= date '1998-12-01' - interval '90' day
GROUP BY 1, 2
ORDER BY 1, 2;

-- The nations whose suppliers earned most within their own region in 1994.
SELECT n_name AS nation, r_name AS region, sum(l_extendedprice * (1 - l_discount)) AS revenue
FROM customer
JOIN orders ON c_custkey = o_custkey
JOIN lineitem ON l_orderkey = o_orderkey
JOIN supplier ON l_suppkey = s_suppkey AND c_nationkey = s_nationkey
JOIN nation ON s_nationkey = n_nationkey
JOIN region ON n_regionkey = r_regionkey
WHERE o_orderdate >= date '1994-01-01' AND o_orderdate < date '1995-01-01'
GROUP BY n_name, r_name
ORDER BY revenue DESC
LIMIT 5;
