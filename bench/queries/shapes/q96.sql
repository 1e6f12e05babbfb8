-- shares of windows
SELECT count(*), sum(q) FROM (SELECT ntile(10) OVER (PARTITION BY c_nationkey ORDER BY c_acctbal, c_custkey) AS q, percent_rank() OVER (PARTITION BY c_nationkey ORDER BY c_acctbal) AS p FROM customer) AS t WHERE p < 0.5;
