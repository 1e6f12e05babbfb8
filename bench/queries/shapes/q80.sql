-- full join of two large groupings
SELECT count(*), sum(a.n), sum(b.n) FROM (SELECT o_custkey AS k, count(*) AS n FROM orders WHERE o_orderdate < DATE '1995-01-01' GROUP BY 1) AS a FULL JOIN (SELECT o_custkey AS k, count(*) AS n FROM orders WHERE o_orderdate >= DATE '1996-06-01' GROUP BY 1) AS b ON a.k = b.k;
