\set FETCH_COUNT 7
SELECT i FROM generate_series(1, 20) AS g(i) ORDER BY i;
\unset FETCH_COUNT
CREATE TEMP TABLE t (a int, b text);
\copy t FROM PROGRAM 'printf "1\\tone\\n2\\t\\\\N\\n"'
\copy (SELECT * FROM t ORDER BY a) TO STDOUT WITH (FORMAT csv, FORCE_QUOTE (b), HEADER)
SELECT a, b, (a * 1.5)::numeric(12,1) AS c, now() AS d FROM t \gdesc
SELECT a AS x, b AS y FROM t WHERE a = 1 \gset
\echo :x :y
SELECT format('INSERT INTO t VALUES (%s, %L)', i, 'made') FROM generate_series(3, 4) AS g(i) \gexec
SELECT count(*) FROM t;
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT nosuch;
SELECT 'goes on';
COMMIT;
PREPARE p (int) AS SELECT b FROM t WHERE a = $1;
EXECUTE p(1);
EXECUTE p(3);
DEALLOCATE p;
