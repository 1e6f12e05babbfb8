-- groups against their mean
WITH a AS (SELECT o_custkey AS k, sum(o_totalprice) AS s FROM orders GROUP BY 1), b AS (SELECT avg(s) AS m FROM a) SELECT count(*) FROM a, b WHERE a.s > 2 * b.m;
