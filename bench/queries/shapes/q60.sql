-- recursion
WITH RECURSIVE t(n, s) AS (SELECT 1, 0 UNION ALL SELECT n + 1, s + n FROM t WHERE n < 10000) SELECT max(s) FROM t;
