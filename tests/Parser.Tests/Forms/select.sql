-- Forms of SELECT that PostgreSQL 15's grammar has, production by production (SelectStmt and a_expr in gram.y), a statement a line. Each was judged by PostgreSQL 15: its parser takes all of them.
-- PostgresFormTests reads each, prints it and reads it again; SQL/XML and UNIQUE are refused as not supported.
SELECT
SELECT ALL
SELECT FROM t
SELECT WHERE true
(SELECT 1)
((SELECT 1) ORDER BY 1)
(SELECT 1) LIMIT 1
TABLE t
TABLE ONLY t
TABLE ONLY (t)
TABLE t *
TABLE t ORDER BY 1 LIMIT 1 OFFSET 2
VALUES (1), (2) ORDER BY 1 DESC
VALUES (DEFAULT)
VALUES (1, DEFAULT, 2)
SELECT 1 INTO x1
SELECT 1 INTO TABLE x2
SELECT 1 INTO TEMP x3
SELECT 1 INTO TEMPORARY TABLE x4
SELECT 1 INTO LOCAL TEMP TABLE x5
SELECT 1 INTO LOCAL TEMPORARY x6
SELECT 1 INTO GLOBAL TEMP x7
SELECT 1 INTO GLOBAL TEMPORARY TABLE x8
SELECT 1 INTO UNLOGGED x9
SELECT 1 INTO UNLOGGED TABLE x10
SELECT a AS select, b AS "Order", c from_ FROM t
SELECT 1 all
SELECT 1 analyse
SELECT 1 analyze
SELECT 1 any
SELECT 1 asc
SELECT 1 asymmetric
SELECT 1 both
SELECT 1 case
SELECT 1 cast
SELECT 1 check
SELECT 1 column
SELECT 1 constraint
SELECT 1 current_catalog
SELECT 1 current_date
SELECT 1 current_role
SELECT 1 current_time
SELECT 1 current_timestamp
SELECT 1 current_user
SELECT 1 default
SELECT 1 deferrable
SELECT 1 desc
SELECT 1 distinct
SELECT 1 do
SELECT 1 else
SELECT 1 end
SELECT 1 false
SELECT 1 foreign
SELECT 1 initially
SELECT 1 lateral
SELECT 1 leading
SELECT 1 localtime
SELECT 1 localtimestamp
SELECT 1 not
SELECT 1 null
SELECT 1 only
SELECT 1 placing
SELECT 1 primary
SELECT 1 references
SELECT 1 select
SELECT 1 session_user
SELECT 1 some
SELECT 1 symmetric
SELECT 1 table
SELECT 1 then
SELECT 1 trailing
SELECT 1 true
SELECT 1 unique
SELECT 1 user
SELECT 1 using
SELECT 1 variadic
SELECT 1 when
SELECT 1 authorization
SELECT 1 binary
SELECT 1 collation
SELECT 1 concurrently
SELECT 1 cross
SELECT 1 current_schema
SELECT 1 freeze
SELECT 1 full
SELECT 1 inner
SELECT 1 join
SELECT 1 left
SELECT 1 natural
SELECT 1 outer
SELECT 1 right
SELECT 1 tablesample
SELECT 1 verbose
SELECT 1 bigint
SELECT 1 bit
SELECT 1 boolean
SELECT 1 coalesce
SELECT 1 dec
SELECT 1 decimal
SELECT 1 exists
SELECT 1 extract
SELECT 1 float
SELECT 1 greatest
SELECT 1 grouping
SELECT 1 inout
SELECT 1 int
SELECT 1 integer
SELECT 1 interval
SELECT 1 least
SELECT 1 national
SELECT 1 nchar
SELECT 1 none
SELECT 1 normalize
SELECT 1 nullif
SELECT 1 numeric
SELECT 1 out
SELECT 1 overlay
SELECT 1 position
SELECT 1 real
SELECT 1 row
SELECT 1 smallint
SELECT 1 substring
SELECT 1 time
SELECT 1 timestamp
SELECT 1 treat
SELECT 1 trim
SELECT 1 varchar
SELECT 1 xmlattributes
SELECT 1 xmlconcat
SELECT 1 xmlelement
SELECT 1 xmlexists
SELECT 1 xmlforest
SELECT 1 xmlnamespaces
SELECT 1 xmlparse
SELECT 1 xmlpi
SELECT 1 xmlroot
SELECT 1 xmlserialize
SELECT 1 xmltable
SELECT 1 escape
SELECT 1 exclude
SELECT 1 replace
SELECT 1 ignore
SELECT 1 respect
SELECT 1 uescape
SELECT 1 zone
SELECT 1 type, 2 value, 3 name, 4 key, 5 role, 6 of, 7 range, 8 rows, 9 groups
SELECT a exclude, b replace FROM t
SELECT 1 semi
SELECT 1 anti
SELECT 1 asof
SELECT 1 map, 2 struct
SELECT asof, semi, anti FROM (SELECT 1 AS asof, 2 AS semi, 3 AS anti) x
SELECT struct, map, describe, summarize, try_cast FROM (SELECT 1 AS struct, 2 AS map, 3 AS describe, 4 AS summarize, 5 AS try_cast) x
SELECT system_user FROM (SELECT 1 AS system_user) x
WITH a AS (SELECT 1) SELECT * FROM a
WITH a AS (SELECT 1), b(x) AS MATERIALIZED (SELECT 2), c AS NOT MATERIALIZED (SELECT 3) SELECT * FROM a, b, c
WITH ordinality AS (SELECT 1) SELECT * FROM ordinality
WITH time AS (SELECT 1) SELECT * FROM time
WITH a AS (SELECT 1) (SELECT * FROM a)
WITH a AS (SELECT 1) (SELECT * FROM a) ORDER BY 1
WITH a AS (VALUES (1)) TABLE a
WITH a AS (TABLE t) VALUES (1)
WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM x WHERE n < 3) SEARCH BREADTH FIRST BY n SET o SELECT * FROM x
WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM x WHERE n < 3) SEARCH DEPTH FIRST BY n SET o CYCLE n SET c USING p SELECT * FROM x
WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM x WHERE n < 3) CYCLE n SET c TO true DEFAULT false USING p SELECT * FROM x
WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM x WHERE n < 3) CYCLE n SET c TO date '2020-01-01' DEFAULT date '2020-01-02' USING p SELECT * FROM x
WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM x WHERE n < 3) CYCLE n SET c TO interval '1' day DEFAULT interval '2' day USING p SELECT * FROM x
SELECT 1 FROM t UNION SELECT 2 UNION ALL SELECT 3 UNION DISTINCT SELECT 4
SELECT 1 INTERSECT ALL SELECT 1 EXCEPT DISTINCT SELECT 2 INTERSECT DISTINCT SELECT 2
TABLE t UNION TABLE t
VALUES (1) UNION VALUES (2) ORDER BY 1
SELECT a FROM t ORDER BY a USING <
SELECT a FROM t ORDER BY a USING OPERATOR(pg_catalog.<) NULLS FIRST
SELECT a FROM t ORDER BY a ASC NULLS LAST, b DESC NULLS FIRST, c NULLS LAST
SELECT a FROM t LIMIT 1 + 1
SELECT a FROM t LIMIT NULL OFFSET NULL
SELECT a FROM t LIMIT ALL OFFSET 0
SELECT a FROM t OFFSET 1 LIMIT 1
SELECT a FROM t OFFSET 1 ROW
SELECT a FROM t OFFSET 1 ROWS FETCH FIRST 2 ROWS ONLY
SELECT a FROM t OFFSET +1 ROWS
SELECT a FROM t OFFSET (SELECT 1) ROWS
SELECT a FROM t FETCH FIRST ROW ONLY
SELECT a FROM t FETCH NEXT ROWS ONLY
SELECT a FROM t FETCH NEXT 1 ROW ONLY OFFSET 1
SELECT a FROM t ORDER BY a FETCH FIRST ROW WITH TIES
SELECT a FROM t ORDER BY a FETCH FIRST 2 ROWS WITH TIES
SELECT a FROM t ORDER BY a FETCH FIRST (SELECT 2) ROWS WITH TIES
SELECT a FROM t FETCH FIRST +1 ROW ONLY
SELECT a FROM t FETCH FIRST 1.5 ROWS ONLY
SELECT a FROM t FETCH FIRST '1' ROWS ONLY
SELECT a FROM t FETCH FIRST int '1' ROWS ONLY
SELECT a FROM t FETCH FIRST length('ab') ROWS ONLY
SELECT a FROM t FETCH FIRST NULL ROWS ONLY
SELECT a FROM t FETCH FIRST CASE WHEN true THEN 1 END ROWS ONLY
SELECT a FROM t FOR UPDATE
SELECT a FROM t FOR NO KEY UPDATE
SELECT a FROM t FOR SHARE
SELECT a FROM t FOR KEY SHARE
SELECT a FROM t FOR UPDATE OF t
SELECT a FROM t FOR UPDATE OF t NOWAIT
SELECT a FROM t FOR UPDATE OF t SKIP LOCKED
SELECT t.a FROM t, u FOR UPDATE OF t, u SKIP LOCKED
SELECT a FROM t FOR UPDATE OF t FOR SHARE OF t
SELECT a FROM t FOR READ ONLY
SELECT a FROM t FOR UPDATE LIMIT 1
SELECT a FROM t LIMIT 1 FOR UPDATE
SELECT a FROM t ORDER BY a FOR UPDATE LIMIT 1 OFFSET 1
SELECT a, count(*) FROM t GROUP BY a
SELECT count(*) FROM t GROUP BY ()
SELECT a FROM t GROUP BY ALL a
SELECT a FROM t GROUP BY DISTINCT a
SELECT a, b FROM t GROUP BY ROLLUP (a, b)
SELECT a, b FROM t GROUP BY CUBE (a, (b, a))
SELECT a, b FROM t GROUP BY GROUPING SETS ((a, b), (a), b, (), ROLLUP (a), CUBE (b), GROUPING SETS ((a)))
SELECT a, b FROM t GROUP BY DISTINCT ROLLUP (a, b), ROLLUP (a)
SELECT a, GROUPING(a), grouping(a, b) FROM t GROUP BY ROLLUP (a, b)
SELECT count(*) FROM t HAVING count(*) > 0
SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY a)
SELECT sum(a) OVER (w ORDER BY a) FROM t WINDOW w AS (PARTITION BY b), v AS (w)
SELECT sum(a) OVER (first ORDER BY a) FROM t WINDOW first AS (PARTITION BY b)
SELECT sum(a) OVER (time ORDER BY a) FROM t WINDOW time AS (PARTITION BY b)
SELECT sum(a) OVER ("partition" ORDER BY a) FROM t WINDOW "partition" AS (PARTITION BY b)
SELECT sum(a) OVER first FROM t WINDOW first AS (PARTITION BY b)
SELECT sum(a) OVER () FROM t
SELECT sum(a) OVER (PARTITION BY a, b) FROM t
SELECT sum(a) OVER (ORDER BY a RANGE UNBOUNDED PRECEDING) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS CURRENT ROW) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS 1 PRECEDING) FROM t
SELECT sum(a) OVER (ORDER BY a GROUPS 1 PRECEDING) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t
SELECT sum(a) OVER (ORDER BY a RANGE BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM t
SELECT sum(a) OVER (ORDER BY a GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN CURRENT ROW AND 2 * 2 FOLLOWING EXCLUDE TIES) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS UNBOUNDED PRECEDING EXCLUDE NO OTHERS) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN '1' PRECEDING AND (SELECT 1) FOLLOWING) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN CASE WHEN 1 = 1 AND 2 = 2 THEN 1 END PRECEDING AND CURRENT ROW) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS 1 = 1 PRECEDING) FROM t
SELECT sum(a) OVER (ORDER BY a ROWS true AND false PRECEDING) FROM t
SELECT first_value(a) OVER (ORDER BY a), nth_value(a, 2) OVER w, ntile(2) OVER w, lag(a, 1, 0) OVER w FROM t WINDOW w AS (ORDER BY a)
SELECT count(*) FILTER (WHERE a > 1), sum(a) FILTER (WHERE true) OVER () FROM t GROUP BY a
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), mode() WITHIN GROUP (ORDER BY a) FILTER (WHERE a > 0) FROM t
SELECT rank(1) WITHIN GROUP (ORDER BY a DESC NULLS LAST) FROM t
SELECT array_agg(a ORDER BY b DESC, a USING <), string_agg(DISTINCT b, ',' ORDER BY b) FROM t
SELECT count(ALL a), count(DISTINCT a), count(a) FROM t
SELECT concat(VARIADIC ARRAY['a', 'b'])
SELECT format('%s %s', VARIADIC ARRAY['a', 'b'])
SELECT json_build_object(VARIADIC ARRAY['a', 'b'])
SELECT jsonb_build_array(VARIADIC ARRAY['a', 'b'])
SELECT make_interval(days => 1, hours := 2)
SELECT make_interval(1, days => 3)
SELECT pg_catalog.lower('A'), pg_catalog.count(*) FROM t
SELECT * FROM ONLY t, ONLY (t) x, t * y, t AS z (p, q)
SELECT * FROM t AS x (p) JOIN u y (q) ON true
SELECT * FROM t x JOIN t y USING (a) AS j
SELECT j.a FROM t x JOIN t y USING (a, b) AS j
SELECT * FROM t NATURAL JOIN u
SELECT * FROM t NATURAL INNER JOIN u
SELECT * FROM t NATURAL LEFT OUTER JOIN u NATURAL RIGHT JOIN t z NATURAL FULL JOIN u w
SELECT * FROM t CROSS JOIN u
SELECT * FROM (t CROSS JOIN u)
SELECT * FROM (t CROSS JOIN u) AS j (q, w)
SELECT * FROM ((t JOIN u ON true) JOIN t x ON true)
SELECT * FROM t JOIN u JOIN t z ON true ON true
SELECT * FROM t LEFT JOIN (u CROSS JOIN t x) ON true
SELECT * FROM (SELECT 1) AS x
SELECT * FROM (SELECT 1) x (y)
SELECT * FROM (VALUES (1, 2)) AS x (a, b)
SELECT * FROM (TABLE t) x
SELECT * FROM (WITH q AS (SELECT 1) SELECT * FROM q) x
SELECT * FROM ((SELECT 1) UNION (SELECT 2)) x
SELECT * FROM (SELECT 1 ORDER BY 1 LIMIT 1 FOR UPDATE) x
SELECT * FROM t, LATERAL (SELECT t.a) x
SELECT * FROM t LEFT JOIN LATERAL (SELECT t.a) x ON true
SELECT * FROM t, LATERAL generate_series(1, t.a) AS g (n)
SELECT * FROM generate_series(1, 3)
SELECT * FROM generate_series(1, 3) g
SELECT * FROM generate_series(1, 3) AS g (n)
SELECT * FROM generate_series(1, 3) WITH ORDINALITY
SELECT * FROM generate_series(1, 3) WITH ORDINALITY AS g (n, o)
SELECT * FROM ROWS FROM (generate_series(1, 3), generate_series(1, 2)) AS x (a, b)
SELECT * FROM ROWS FROM (generate_series(1, 3)) WITH ORDINALITY AS x (a, b)
SELECT * FROM ROWS FROM (json_to_recordset('[{"a":1}]') AS (a int, b text COLLATE "C"), generate_series(1, 2)) AS x (p, q, r)
SELECT * FROM ROWS FROM (json_to_recordset('[{"a":1}]') AS (a int, b text)) WITH ORDINALITY
SELECT * FROM json_to_record('{"a":1}') AS (a int, b text COLLATE "C")
SELECT * FROM json_to_record('{"a":1}') AS x (a int, b text[])
SELECT * FROM json_to_record('{"a":1}') x (a int, b numeric(3, 1)[])
SELECT * FROM LATERAL ROWS FROM (generate_series(1, 3)) x
SELECT * FROM t TABLESAMPLE system (10)
SELECT * FROM t TABLESAMPLE pg_catalog.bernoulli (10 + 1) REPEATABLE (1 + 1)
SELECT * FROM t AS x TABLESAMPLE bernoulli (100) REPEATABLE (3)
SELECT * FROM current_date
SELECT * FROM current_date AS d
SELECT * FROM current_timestamp(2) AS d (x)
SELECT * FROM localtime, current_user, current_schema, current_catalog, session_user
SELECT * FROM coalesce(1, 2) AS x
SELECT * FROM nullif(1, 2), greatest(1, 2) g, least(1, 2) l
SELECT * FROM cast('1' AS int) AS x
SELECT * FROM extract(year FROM date '2020-01-01') AS x
SELECT * FROM substring('abc' FROM 2) AS x
SELECT * FROM substring('abc', 2) AS x
SELECT * FROM trim(BOTH 'x' FROM 'xax') AS x
SELECT * FROM trim('xax') AS x
SELECT * FROM position('a' IN 'ba') AS x
SELECT * FROM overlay('abc' PLACING 'x' FROM 2) AS x
SELECT * FROM normalize('abc', NFC) AS x
SELECT * FROM COLLATION FOR ('a'::text) AS x
SELECT * FROM treat(1 AS bigint) AS x
SELECT * FROM xmltable('/r' PASSING '<r/>' COLUMNS a int PATH 'a')
SELECT * FROM t, LATERAL xmltable(XMLNAMESPACES('u' AS n, DEFAULT 'd'), '/r' PASSING BY REF '<r/>' BY VALUE COLUMNS i FOR ORDINALITY, a int PATH 'a' DEFAULT 1 NOT NULL, b text NULL) AS x (p, q)
SELECT xmlconcat('<a/>', '<b/>')
SELECT xmlelement(NAME foo)
SELECT xmlelement(NAME foo, xmlattributes(a, 'x' AS bar), 'content', a) FROM t
SELECT xmlforest(a, b AS c) FROM t
SELECT xmlparse(DOCUMENT '<a/>'), xmlparse(CONTENT 'a' PRESERVE WHITESPACE), xmlparse(CONTENT 'a' STRIP WHITESPACE)
SELECT xmlpi(NAME php), xmlpi(NAME php, 'echo')
SELECT xmlroot('<a/>', VERSION '1.0', STANDALONE YES), xmlroot('<a/>', VERSION NO VALUE), xmlroot('<a/>', VERSION NO VALUE, STANDALONE NO VALUE)
SELECT xmlserialize(CONTENT '<a/>' AS text), xmlserialize(DOCUMENT '<a/>' AS varchar(10))
SELECT xmlexists('//a' PASSING '<a/>'), xmlexists('//a' PASSING BY VALUE '<a/>'), xmlexists('//a' PASSING BY REF '<a/>' BY REF)
SELECT '<a/>'::xml IS DOCUMENT, '<a/>'::xml IS NOT DOCUMENT
SELECT treat(1 AS bigint)
SELECT collation for ('a'::text)
SELECT collation for ('a' COLLATE "C")
SELECT normalize('abc'), normalize('abc', NFC), normalize('a', nfd), normalize('a', NFKC), normalize('a', nfkd)
SELECT 'a' IS NORMALIZED, 'a' IS NFC NORMALIZED, 'a' IS NOT NFKD NORMALIZED, 'a' IS NOT NORMALIZED
SELECT extract(year FROM now()), extract('year' FROM now()), extract(epoch FROM interval '1 day'), extract(second FROM now()), extract("dow" FROM now())
SELECT overlay('abcdef' PLACING 'zz' FROM 2 FOR 1), overlay('abcdef' PLACING 'zz' FROM 2), overlay('abc', 'x', 1)
SELECT position('a' IN 'ba'), position('a' || 'b' IN 'ab' || 'c'), position('a'::text IN 'b'::text)
SELECT position('a' = 'b' IN 'x')
SELECT substring('abc' FROM 1 FOR 2), substring('abc' FOR 2 FROM 1), substring('abc' FROM 2), substring('abc' FOR 2), substring('abc' SIMILAR 'a#"b#"c' ESCAPE '#'), substring('abc' FROM 'a#"b#"c' FOR '#'), substring('abc', 1), substring('abc' FROM '.b')
SELECT substring()
SELECT overlay()
SELECT trim(' a '), trim(BOTH FROM ' a '), trim(LEADING 'x' FROM 'xa'), trim(TRAILING 'x' FROM 'ax'), trim(FROM ' a '), trim('x' FROM 'xax'), trim(BOTH ' a '), trim('xax', 'x'), trim(LEADING 'xa', 'x')
SELECT coalesce(1), coalesce(NULL, 1), nullif(1, 2), greatest(1), least(1, 2, 3)
SELECT cast(1 AS numeric(10, 2)), cast('1' AS int[]), cast(NULL AS varchar(3)), 1::float(24), 1::dec(3), 1::decimal(4, 1), '1'::character(3), 'x'::char varying(2), 'x'::national character varying (3), 'x'::nchar(2), 'x'::nchar varying(2), '1'::bit, '101'::bit(3), '101'::bit varying(5), '101'::bit varying
SELECT 1::int4::int8, 1::pg_catalog.int4, '{1}'::int ARRAY, '{1}'::int ARRAY[3], '{1}'::int[3], '{{1}}'::int[][], '{{1}}'::int[2][2]
SELECT '1'::interval, '1'::interval day, '1'::interval(3), '1'::interval second(2), '1-2'::interval year to month, '1 1'::interval day to hour, '1 1:1'::interval day to minute, '1 1:1:1'::interval day to second(1), '1:1'::interval hour to minute, '1:1:1'::interval hour to second, '1:1'::interval minute to second
SELECT '10:00'::time, '10:00'::time(3), '10:00'::time without time zone, '10:00'::time(2) without time zone, now()::timestamp(2) with time zone, now()::timestamp without time zone
SELECT '10:00'::time with time zone, time with time zone '10:00', time(2) with time zone '10:00'
SELECT int '1', integer '1', smallint '1', bigint '1', real '1', float '1', float(5) '1', double precision '1', decimal '1', decimal(3) '1', dec '1', numeric(3, 1) '1', boolean 't', bool 't'
SELECT interval '1 day', interval '1' year, interval '1' month, interval '1' day, interval '1' hour, interval '1' minute, interval '1' second, interval '1' second(2), interval '1-1' year to month, interval '1 1' day to hour, interval '1 1:1' day to minute, interval '1 1:1:1' day to second(3), interval '1:1' hour to minute, interval '1:1:1' hour to second(1), interval '1:1' minute to second(0), interval(2) '1.234 s'
SELECT date '2020-01-01', json '{}', text 'x', point '(1,2)', pg_catalog.int4 '1', "date" '2020-01-01', varchar(10) 'x'
SELECT E'\t\'\\\x41\u0041\U00000041\101', e'a', U&'\0041\+000041', U&'!0041' UESCAPE '!', u&'a', N'x', n'x', B'1', b'0', X'1f', x'1F', $$a$$, $t$a$b$t$, $_x1$a$_x1$
SELECT U&"\0061" FROM (SELECT 1 AS a) x
SELECT U&"!0061" UESCAPE '!' FROM (SELECT 1 AS a) x
SELECT 1, 1., .5, 1.5, 1e5, 1E+5, 1.5e-5, .5e1, 1.e5, 12345678901234567890, 123456789012345678901234567890123456789012345678901234567890
SELECT 1/**/+/**/1
SELECT a.*, t.* FROM t a, t
SELECT (a).* FROM (SELECT ROW(1, 2) AS a) x
SELECT (t).a, (t).* FROM t
SELECT t FROM t
SELECT t.* IS NULL, (t.*) IS NOT NULL FROM t
SELECT (t.*)::text FROM t
SELECT row_to_json(t.*), count(t.*), to_json(t) FROM t GROUP BY t.*
SELECT ROW(t.*), ROW(t.*, 1), (t.*, 1) FROM t
SELECT t.* = t.*, t.* IS DISTINCT FROM t.* FROM t
SELECT coalesce(t.*, t.*) FROM t
SELECT * FROM t x WHERE x.* IS NOT NULL
SELECT * FROM t x WHERE x.* IN (SELECT y FROM t y)
SELECT * FROM t, LATERAL (VALUES (t.*)) v
SELECT arr[1], arr[1:2], arr[:2], arr[1:], arr[:], arr[1][1:2], arr[1 + 1] FROM (SELECT ARRAY[1, 2, 3] AS arr) x
SELECT (ARRAY[1, 2])[1], (ARRAY[[1, 2], [3, 4]])[1][2], (SELECT ARRAY[1])[1], x.arr[1] FROM (SELECT ARRAY[1, 2, 3] AS arr) x
SELECT ARRAY[], ARRAY[]::int[], ARRAY[1], ARRAY[[1], [2]], ARRAY[ARRAY[1], ARRAY[2]], ARRAY(SELECT 1), ARRAY((SELECT 1)), ARRAY(VALUES (1))
SELECT ARRAY[]::int[], ARRAY[[]]::int[]
SELECT (SELECT ROW(1, 2)).f1
SELECT (ROW(1, 2)).f1, (ROW(1, 2)).*
SELECT ROW(), ROW(1), ROW(1, 2), (1, 2)
SELECT ROW(1, 2) = ROW(1, 2), (1, 2) < (1, 3), ROW(1, 2) IS DISTINCT FROM ROW(1, 3), (1, 2) IN ((1, 2), (3, 4)), (1, NULL) IS NULL, ROW(1, NULL) IS NOT NULL
SELECT (1, 2) = (SELECT 1, 2), (1, 2) = ANY (SELECT 1, 2), (1, 2) <> ALL (SELECT 1, 2), (1, 2) IN (SELECT 1, 2), (1, 2) NOT IN (SELECT 1, 2), (1, 2) < SOME (VALUES (1, 3))
SELECT (date '2020-01-01', date '2020-01-05') OVERLAPS (date '2020-01-03', interval '3 days'), ROW(date '2020-01-01', date '2020-01-05') OVERLAPS ROW(date '2020-01-03', date '2020-01-04'), (date '2020-01-01', date '2020-01-05') OVERLAPS ROW(date '2020-01-03', date '2020-01-04')
SELECT 1 = ANY (ARRAY[1]), 1 < ALL ('{2,3}'::int[]), 1 = SOME (SELECT 1), 'a' LIKE ANY (ARRAY['a%']), 'a' NOT LIKE ALL (ARRAY['b']), 'a' ILIKE ANY (ARRAY['A']), 'a' NOT ILIKE ALL (SELECT 'x'), 1 OPERATOR(pg_catalog.=) ANY (ARRAY[1]), 1 OPERATOR(=) ALL (SELECT 1)
SELECT 1 OPERATOR(pg_catalog.+) 2, OPERATOR(pg_catalog.-) 1, 1 OPERATOR(+) 2, 2 OPERATOR(pg_catalog.*) 3 OPERATOR(pg_catalog.+) 1
SELECT @ -1, |/ 4, ||/ 8, ~ 1, 5 # 3, 1 << 2, 8 >> 1, 5 & 3, 5 | 2, 2 ^ 3, 5 % 3, - (- 1), + 1, -1 - -1
SELECT 1 <> 2, 1 != 2, 1 <= 2, 1 >= 2, 'a' || 'b', 'a' ~ 'b', 'a' !~ 'b', 'a' ~* 'A', 'a' !~* 'A', 'a' ~~ 'b', 'a' !~~ 'b', 'a' ~~* 'A', 'a' !~~* 'A', 'a' ^@ 'b'
SELECT 'a' LIKE 'b' ESCAPE 'c', 'a' NOT LIKE 'b' ESCAPE '', 'a' ILIKE 'b' ESCAPE '!', 'a' NOT ILIKE 'b', 'a' SIMILAR TO 'b', 'a' NOT SIMILAR TO 'b' ESCAPE '!', 'a' SIMILAR TO 'b' ESCAPE NULL
SELECT 1 BETWEEN 0 AND 2, 1 NOT BETWEEN 0 AND 2, 1 BETWEEN SYMMETRIC 2 AND 0, 1 BETWEEN ASYMMETRIC 0 AND 2, 1 NOT BETWEEN SYMMETRIC 2 AND 0, 1 BETWEEN 0 AND 2 AND true
SELECT true BETWEEN 1 = 1 AND true
SELECT true BETWEEN 1 IS DISTINCT FROM 2 AND true
SELECT 1 IS NULL, 1 ISNULL, 1 NOTNULL, 1 IS NOT NULL, true IS TRUE, true IS NOT TRUE, true IS FALSE, true IS NOT FALSE, true IS UNKNOWN, NULL::bool IS NOT UNKNOWN, 1 IS DISTINCT FROM 2, 1 IS NOT DISTINCT FROM 1
SELECT true IS DISTINCT FROM NOT true
SELECT true IS NOT DISTINCT FROM NOT true AND false
SELECT true = NOT false, true <> NOT NOT false
SELECT NOT - 1
SELECT NOT true = false, NOT 1 = 1 AND true OR false
SELECT 1 = 1 IS TRUE, NOT 1 IS NULL, 1 + 1 IS NULL
SELECT UNIQUE (SELECT 1)
SELECT DEFAULT
SELECT now() AT TIME ZONE 'UTC', timestamp '2020-01-01' AT TIME ZONE 'UTC' AT TIME ZONE 'CET', now() AT TIME ZONE interval '1 hour', now() AT TIME ZONE 'U' || 'TC'
SELECT 'a' COLLATE "C", 'a' < 'b' COLLATE pg_catalog."C", 'a' COLLATE "C" || 'b', ('a' COLLATE "C")::text
SELECT CASE WHEN true THEN 1 END, CASE 1 WHEN 1 THEN 'a' ELSE 'b' END, CASE WHEN NULL THEN 1 WHEN true THEN 2 ELSE NULL END
SELECT EXISTS (SELECT 1), NOT EXISTS (SELECT 1 WHERE false), EXISTS (VALUES (1)), EXISTS ((SELECT 1))
SELECT (SELECT 1), (SELECT 1) + 1, ((SELECT 1)), (VALUES (1)), (TABLE one), (WITH q AS (SELECT 1) SELECT * FROM q)
SELECT current_date, current_time, current_time(3), current_timestamp, current_timestamp(3), localtime, localtime(3), localtimestamp, localtimestamp(3), current_role, current_user, session_user, user, current_catalog, current_schema, current_schema()
SELECT "user", "order" FROM (SELECT 1 AS "user", 2 AS "order") x
SELECT like('a', 'b'), similar_to_escape('a'), overlaps(1, 2, 3, 4)
SELECT char 'a', "char" 'a', 'a'::"char"
SELECT time '10:00', timestamp '2020-01-01 10:00', timestamp with time zone '2020-01-01 10:00+00', timestamp(2) without time zone '2020-01-01', timestamptz(3) '2020-01-01', "time"(3)
SELECT a b, a "b", a AS b FROM t AS "T"
SELECT count(*) count, sum(a) sum FROM t
SELECT 1 IN (SELECT 1), 1 NOT IN (2, 3), 1 IN ((SELECT 1)), 1 IN (1 + 1, 2)
SELECT * FROM t WHERE a IN (SELECT a FROM u) AND EXISTS (SELECT FROM u)
SELECT a FROM t x(a) UNION (SELECT 1 ORDER BY 1 LIMIT 1) ORDER BY a
SELECT * FROM pg_catalog.pg_class c, information_schema.tables i LIMIT 0
SELECT 1 + + 1, 1 - - 1, 1 * - 1, 2 ^ - 1, 2 ^ 3 ^ 2, - 2 ^ 2, 1 = - 1
SELECT @#@ 1
SELECT 1 ` 2
SELECT a -> b FROM t
SELECT f(x => 1)
SELECT NULL::int[], NULL :: text
SELECT all 1
SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b
SELECT DISTINCT ON (a, b) * FROM t
SELECT (1) , ((1)), (((SELECT 1)))
SELECT ((SELECT 1) UNION SELECT 2 LIMIT 1)
SELECT (SELECT 1 LIMIT 1) LIMIT 1
SELECT row(1, 2), row(), row (1)
SELECT row.a FROM (SELECT 1 AS a) AS row
SELECT values FROM (SELECT 1 AS values) x
SELECT coalesce FROM (SELECT 1 AS coalesce) x
SELECT int FROM (SELECT 1 AS int) x
SELECT x.int, x.table, x.select, x.from FROM x
SELECT * FROM between, bigint, coalesce, row, values, xmltable
SELECT EXTRACT FROM t
SELECT position, trim, overlay, substring, exists FROM t
SELECT day, month, year, hour, minute, second FROM t
SELECT filter, over, within, without, varying, precision FROM t
SELECT 1 OPERATOR FROM t
SELECT a FROM t GROUP BY a, (), ROLLUP(a)
SELECT rollup(a), cube(1, 2) FROM t
SELECT cube FROM t
SELECT sum(a) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM t
SELECT sum(a) OVER w FROM t WINDOW w AS (ROWS UNBOUNDED PRECEDING)
SELECT unbounded, preceding, following, current FROM t
SELECT sum(a) OVER (ORDER BY a RANGE unbounded PRECEDING) FROM t
SELECT a AS over FROM t
SELECT interval, interval.x, "interval" '1 day' FROM t
SELECT CAST(a AS int) FROM t
SELECT a::int IS NULL FROM t
SELECT NOT NOT true
SELECT * FROM t FOR UPDATE OF public.t
SELECT * FROM t WHERE (a, b) = (1, 2) OR ROW(a) = ROW(1)
SELECT * FROM ((t JOIN u ON true))
SELECT * FROM (SELECT 1)
SELECT count(DISTINCT (a, b)) FROM t
SELECT ((a, b)).f1 FROM t
SELECT a[1].b, a.b[1].c[2], (a).b[1].c FROM t
SELECT (f(a)).b FROM t
SELECT now()::date - 1, now()::timestamp(0)::date
SELECT -1::int, - 1 :: int, +1::text
SELECT 1::int + 1 AT TIME ZONE 'x' COLLATE "C"
SELECT a NOTNULL IS NULL FROM t
SELECT (1 < 2) = true
SELECT 1 IN (1) IN (true)
SELECT 1 IS NULL IS NULL
SELECT a.b.c.d.e FROM t
SELECT XMLAGG(a) FROM t
SELECT JSON_OBJECT('{a,b}')
SELECT 1 FROM t WHERE a = ALL (ARRAY(SELECT 1))
SELECT 1 FROM t WHERE a LIKE 'x' AND b NOT LIKE 'y' OR NOT c
SELECT 1 IS TRUE IS NOT FALSE
SELECT 'x' || NOT b FROM t
SELECT 1 + NOT b = c FROM t
SELECT a * NOT NOT b IS NULL FROM t
SELECT ! ! NOT a FROM t
SELECT - NOT a FROM t
SELECT a || ~ NOT b || c FROM t
SELECT a LIKE NOT b ESCAPE c FROM t
SELECT a BETWEEN 1 AND NOT b FROM t
SELECT a AT TIME ZONE NOT b FROM t
SELECT a IS NULL / 2 FROM t
SELECT a IS NULL + b IS NOT NULL FROM t
SELECT a IS NULL::int, a IN (1)::int, a ISNULL::text, a NOTNULL::text COLLATE "C" FROM t
SELECT a IS NULL LIKE 'x' FROM t
SELECT a IS TRUE IN (true) IS FALSE BETWEEN true AND false FROM t
SELECT a IN (1) COLLATE "C" FROM t
SELECT a IN (1) AT TIME ZONE 'x' FROM t
SELECT a IN (1) || b, a IN (1) + 1, a NOT IN (1) * 2 ^ 3 FROM t
SELECT a = ANY (ARRAY[1]) = true, a || ANY (ARRAY[1]) || 'x', a LIKE ANY (ARRAY['x']) IS NULL FROM t
SELECT a IS NORMALIZED || 'x', a IS NOT NFC NORMALIZED = true FROM t
SELECT a IS DOCUMENT
SELECT a BETWEEN 1 IS DOCUMENT AND 2
SELECT a LIKE b || c ESCAPE d || e FROM t
SELECT a LIKE b ESCAPE c = d FROM t
SELECT a = b LIKE c FROM t
SELECT a < b IS NULL < c FROM t
SELECT a < b LIKE c IS NULL = d FROM t
SELECT 1 = (1, 2) OVERLAPS (3, 4), - ROW(1, 2) OVERLAPS (3, 4)::text
SELECT a COLLATE "C"::text, a COLLATE "C" || b, a AT TIME ZONE b COLLATE "C" FROM t
SELECT a AT TIME ZONE 'x'::text, a AT TIME ZONE - b, a AT TIME ZONE b AT TIME ZONE c, a + b AT TIME ZONE c FROM t
SELECT substring(a SIMILAR b LIKE c ESCAPE d ESCAPE e) FROM t
SELECT substring(a SIMILAR b AND c ESCAPE d) FROM t
SELECT OPERATOR(*) 1, OPERATOR(%) 2, OPERATOR(=) 3, OPERATOR(pg_catalog.<) 4
SELECT 1 = OPERATOR(+) 2, 1 OPERATOR(=) 2 OPERATOR(=) 3
SELECT 1 values
SELECT 1 values, 2 qualify, 3 system_user, 4 recursive, 5 setof, 6 national
SELECT values, qualify, recursive, setof, national, between, exists FROM t
SELECT values.a, qualify.a FROM values, qualify
SELECT values + 1, 1 - qualify, (values), (qualify) FROM t WHERE values = qualify AND NOT exists AND between BETWEEN between AND between
SELECT * FROM t values
SELECT * FROM t values (a, b)
SELECT * FROM t AS values (a), t qualify WHERE true
SELECT * FROM t qualify
SELECT * FROM t qualify JOIN u ON true
SELECT * FROM t qualify LEFT JOIN u ON true
SELECT * FROM t qualify ORDER BY 1 LIMIT 1
SELECT * FROM t AS qualify (a, b)
SELECT 1 qualify FROM t
SELECT qualify(1), qualify (1), 1 + qualify(2) FROM t
SELECT 1 AS a ORDER BY a
SELECT * FROM t asof
SELECT * FROM t semi, t anti
SELECT * FROM t semi WHERE semi.a = 1
SELECT * FROM t anti CROSS JOIN u
SELECT * FROM t asof (a, b) NATURAL JOIN t semi (c)
SELECT * FROM t asof ORDER BY asof.a
SELECT asof, semi, anti, 1 asof, 2 semi, 3 anti FROM asof, semi, anti
SELECT asof(1), semi(2), anti(3)
SELECT national character varying(2) 'x', national character varying 'x', national character 'x', national char(3) 'x', national char varying (4) 'x'
SELECT bit varying(4) '101', bit varying '1', bit(3) '101', character varying(3) 'x', char varying 'x', nchar varying(2) 'x', nchar(2) 'x'
SELECT left 'x', pg_catalog.left 'x', cross 's'
SELECT 1::setof int, cast(1 AS setof int), treat(1 AS setof bigint), '{1}'::setof int[], 1::setof pg_catalog.int4
SELECT * FROM current_date WITH ORDINALITY
SELECT * FROM localtime WITH ORDINALITY AS x (a, b)
SELECT * FROM LATERAL current_date, LATERAL cast('1' AS int) x
SELECT * FROM t, LATERAL coalesce(a, 1) WITH ORDINALITY x
SELECT * FROM LATERAL extract(year FROM now()) WITH ORDINALITY
SELECT * FROM ROWS FROM (current_date, cast('1' AS int), extract(year FROM now()), generate_series(1, 2)) WITH ORDINALITY x
SELECT * FROM ROWS FROM (localtime(1)) x (a)
SELECT * FROM t TABLESAMPLE system_rows (1)
WITH recursive AS (SELECT 1) SELECT * FROM recursive
WITH recursive (a) AS (SELECT 1) SELECT recursive.a FROM recursive
WITH RECURSIVE recursive (a) AS (SELECT 1) TABLE recursive
WITH RECURSIVE values AS (SELECT 1), qualify AS (SELECT 2) SELECT * FROM values, qualify
WITH q AS (SELECT 1) (SELECT * INTO made FROM q)
((SELECT 1 AS a INTO made2 UNION SELECT 2) ORDER BY 1)
SELECT 1 INTO made3 UNION (SELECT 2) INTERSECT SELECT 3
(SELECT 1 FOR READ ONLY) FOR READ ONLY
((SELECT 1 ORDER BY 1) LIMIT ALL)
(SELECT 1 LIMIT 1) FOR READ ONLY
SELECT a FROM t FOR READ ONLY LIMIT 1
SELECT CASE values WHEN 1 THEN qualify ELSE recursive END FROM t
SELECT a.values, a.qualify, a.between BETWEEN 1 AND 2, a.all BETWEEN 1 AND 2 FROM a
SELECT array[values, qualify], row(values, qualify), f(values, qualify => 1) FROM t
SELECT count(*) FILTER (WHERE qualify) OVER qualify FROM t WINDOW qualify AS (ORDER BY values)
SELECT a FROM t GROUP BY qualify, values HAVING qualify ORDER BY qualify DESC, values
SELECT * FROM t JOIN u USING (values, qualify) AS semi
-- Random sentences of PostgreSQL's grammar: short ones of SelectStmt, a_expr and table_ref.
( ( SELECT FETCH NEXT ROW ONLY ) )
( ( SELECT ) UNION DISTINCT SELECT ALL INTERSECT DISTINCT SELECT )
( ( SELECT ) )
SELECT
( ( ( SELECT LIMIT ALL ) ) )
WITH owner ( timestamp ) AS ( ( SELECT ) ) SEARCH DEPTH FIRST BY x , x SET role ( ( SELECT ) ) INTERSECT ALL ( SELECT ALL )
( ( ( SELECT ) ) FOR NO KEY UPDATE NOWAIT )
( SELECT ALL FOR READ ONLY )
( ( ( ( SELECT ) ) ) )
( SELECT ALL )
SELECT ALL FOR READ ONLY
SELECT ALL INTERSECT SELECT OFFSET ARRAY [ ] ROWS
SELECT ALL
( ( ( ( SELECT ALL ) ) ) )
( SELECT )
( ( ( ( SELECT ) ) ) OFFSET t IS TRUE LIMIT ALL FOR READ ONLY )
( ( ( SELECT ) ) )
SELECT ALL UNION ALL SELECT ALL LIMIT ALL FOR READ ONLY
( SELECT ALL FOR UPDATE NOWAIT )
TABLE "Q" *
SELECT ALL INTERSECT ALL SELECT ALL
( ( SELECT ALL ) )
WITH t AS NOT MATERIALIZED ( SELECT EXCEPT SELECT ) ( TABLE ONLY ( int4 ) )
( ( ( SELECT FETCH NEXT ROW ONLY OFFSET - 1e3 ROW ) ) )
( ( ( ( ( ( SELECT ALL FOR READ ONLY ) ) ) ) ) )
SELECT FOR READ ONLY
( SELECT ALL ) EXCEPT ALL ( SELECT )
( ( ( SELECT ALL ) ) )
( ( SELECT FOR READ ONLY ) )
( ( ( SELECT FOR READ ONLY ) ) )
( ( SELECT ) INTERSECT SELECT ALL UNION SELECT )
WITH RECURSIVE x AS MATERIALIZED ( SELECT ALL ) ( SELECT FOR READ ONLY )
( ( SELECT ALL ) FOR SHARE LIMIT ALL ) EXCEPT ALL ( ( ( ( SELECT ALL ) ) ) )
SELECT ALL UNION ALL SELECT ALL
( ( ( ( ( SELECT ALL FETCH NEXT + 1.5 ROW ONLY OFFSET + .5 ROWS FOR READ ONLY ) ) ) ) )
( ( ( ( ( ( SELECT ALL ) ) ) ) ) )
( ( SELECT ALL ) OFFSET 1 ROWS FETCH NEXT - 3 ROWS ONLY )
( TABLE ONLY ( f ) )
( ( SELECT ALL FOR SHARE FETCH FIRST ROW ONLY ) )
( ( TABLE ONLY a FOR READ ONLY FETCH NEXT - 1.5 ROWS ONLY ) )
( ( SELECT UNION ALL SELECT ) )
( SELECT ALL INTERSECT ALL SELECT )
( WITH RECURSIVE a ( t ) AS ( SELECT ALL ) ( SELECT ALL ) UNION DISTINCT TABLE ONLY b )
( SELECT ALL ) FOR NO KEY UPDATE SKIP LOCKED FOR NO KEY UPDATE NOWAIT
SELECT FOR READ ONLY LIMIT ALL
( SELECT ALL ) FOR READ ONLY
( ( SELECT ) FETCH FIRST ROWS ONLY OFFSET - .5 ROWS FOR NO KEY UPDATE FOR SHARE SKIP LOCKED )
( ( ( SELECT LIMIT ALL OFFSET + 1.5 ROWS FOR READ ONLY ) ) )
( SELECT ALL UNION DISTINCT SELECT ALL )
( SELECT ALL FETCH FIRST ROW ONLY )
( SELECT ALL INTERSECT DISTINCT SELECT ALL )
( ( SELECT FOR READ ONLY LIMIT ALL ) )
( SELECT ALL EXCEPT ALL SELECT )
SELECT INTERSECT SELECT
( SELECT EXCEPT ALL SELECT FOR NO KEY UPDATE NOWAIT FOR UPDATE NOWAIT )
( SELECT ALL LIMIT ALL )
( ( ( ( SELECT ALL FOR READ ONLY ) ) ) )
SELECT OFFSET + 1.5 ROW
( SELECT FOR READ ONLY )
SELECT EXCEPT SELECT
( ( ( ( ( SELECT ) ) ) ) )
( SELECT ) FOR READ ONLY LIMIT ALL
( ( ( SELECT ) FOR KEY SHARE SKIP LOCKED ) )
( WITH RECURSIVE f ( b ) AS ( SELECT ALL ) ( SELECT EXCEPT ALL SELECT ALL ) )
SELECT ALL OFFSET - 1.5 ROW FOR READ ONLY
SELECT LIMIT ALL FOR READ ONLY
( SELECT ) OFFSET .5 ROWS
( SELECT ALL INTERSECT ALL SELECT ALL FETCH FIRST ROWS ONLY ) FOR READ ONLY
TABLE f * FOR NO KEY UPDATE SKIP LOCKED FOR UPDATE SKIP LOCKED OFFSET - 1e3 ROWS FETCH NEXT ROW ONLY
( ( SELECT ALL OFFSET - 1e3 ROWS FOR READ ONLY ) )
( ( SELECT ) EXCEPT ALL SELECT UNION ALL SELECT )
( ( ( SELECT ALL ) EXCEPT ALL ( SELECT ALL ) FOR READ ONLY ) )
( ( ( SELECT ALL FOR READ ONLY ) ) )
( ( ( ( SELECT ALL FOR SHARE NOWAIT FETCH NEXT ROWS ONLY ) ) ) )
( SELECT ALL ) FOR KEY SHARE FOR NO KEY UPDATE NOWAIT OFFSET + 1.5 ROW
( SELECT ALL ) OFFSET - 3 ROWS
( ( SELECT ALL FOR READ ONLY ) )
( SELECT INTERSECT DISTINCT SELECT ALL )
( ( ( ( ( SELECT ALL ) ) ) ) )
( SELECT ) FOR READ ONLY
( ( ( SELECT ALL ) ) FOR READ ONLY )
( ( ( ( ( ( ( SELECT ) ) ) ) ) ) )
( ( ( SELECT INTERSECT SELECT ) ) )
SELECT LIMIT ALL
( ( ( SELECT ALL EXCEPT SELECT ALL FOR UPDATE NOWAIT FOR KEY SHARE ) ) )
( ( ( SELECT ALL ) FETCH NEXT + .5 ROW ONLY OFFSET + 0 ROWS ) )
SELECT ALL UNION SELECT
( SELECT ) INTERSECT ALL ( SELECT )
WITH RECURSIVE b AS MATERIALIZED ( SELECT ALL ) , publication AS ( ( SELECT ALL ) ) ( ( SELECT ) ) EXCEPT ( ( SELECT ) )
( SELECT OFFSET - 1e3 ROW FETCH FIRST ROWS ONLY )
SELECT ARRAY [ ] :: INTERVAL YEAR [ ] [ 3 ] [ ] IS NOT NORMALIZED
SELECT && 1 IS NOT TRUE IS NOT NORMALIZED IS NOT TRUE
SELECT 1 FROM LATERAL ( SELECT EXCEPT ALL SELECT UNION ALL SELECT EXCEPT ALL SELECT ALL ) a
SELECT 1 FROM LATERAL ( ( ( ( SELECT ) ) ) ) f
SELECT 1 FROM ROWS FROM ( LOCALTIME ) AS a
SELECT 1 FROM CURRENT_TIME WITH ORDINALITY a
SELECT 1 FROM CURRENT_DATE WITH ORDINALITY AS x
SELECT 1 FROM LATERAL x ( * ) WITH ORDINALITY
SELECT 1 FROM ( ( LATERAL SESSION_USER WITH ORDINALITY RIGHT OUTER JOIN CURRENT_TIME WITH ORDINALITY USING ( b ) ) ) AS t ( method )
SELECT 1 FROM LATERAL CURRENT_TIMESTAMP ( 3 ) WITH ORDINALITY
SELECT 1 FROM LATERAL LOCALTIMESTAMP WITH ORDINALITY
SELECT 1 FROM LATERAL ROWS FROM ( USER , a ( * ) )
SELECT 1 FROM ( LATERAL CURRENT_CATALOG JOIN ONLY int4 f USING ( x ) AS b ) between ( b )
SELECT 1 FROM LATERAL ( ( ( SELECT UNION DISTINCT SELECT ) ) ) AS t ( first , "Q" )
SELECT 1 FROM LATERAL ROWS FROM ( CURRENT_TIME )
SELECT 1 FROM LATERAL CURRENT_CATALOG AS f
SELECT 1 FROM LATERAL ROWS FROM ( CURRENT_TIMESTAMP ) AS x ( b )
SELECT 1 FROM t JOIN ROWS FROM ( CURRENT_TIMESTAMP ) x ( t ) USING ( a )
SELECT 1 FROM ROWS FROM ( SESSION_USER ) partial
SELECT 1 FROM CURRENT_SCHEMA WITH ORDINALITY
SELECT 1 FROM ( x * AS character NATURAL JOIN x AS setof ) AS f
SELECT 1 FROM LOCALTIME ( 2 ) WITH ORDINALITY
SELECT 1 FROM ( ONLY f t NATURAL JOIN ONLY f ) AS t ( grouping )
SELECT 1 FROM CURRENT_CATALOG "Q" JOIN ONLY t USING ( int4 ) AS greatest
SELECT 1 FROM ( ( ONLY "Q" NATURAL INNER JOIN CURRENT_CATALOG WITH ORDINALITY ) ) AS "Q"
SELECT 1 FROM ROWS FROM ( CURRENT_USER ) AS delimiters
SELECT 1 FROM LATERAL USER WITH ORDINALITY
SELECT 1 FROM ROWS FROM ( storage ( ) ) WITH ORDINALITY
SELECT 1 FROM LATERAL CURRENT_SCHEMA "Q" NATURAL INNER JOIN LATERAL CURRENT_USER WITH ORDINALITY
SELECT 1 FROM LATERAL CURRENT_TIMESTAMP WITH ORDINALITY
SELECT 1 FROM CURRENT_SCHEMA WITH ORDINALITY f
SELECT 1 FROM LATERAL CURRENT_SCHEMA WITH ORDINALITY
SELECT 1 FROM ROWS FROM ( CURRENT_SCHEMA ) WITH ORDINALITY
SELECT 1 FROM ( LATERAL CURRENT_USER WITH ORDINALITY AS b NATURAL LEFT JOIN ONLY ( t ) AS int4 ) AS f ( out )
SELECT 1 FROM ROWS FROM ( CURRENT_TIME ( 1 ) ) WITH ORDINALITY row ( "Q" )
SELECT 1 FROM ( CURRENT_USER NATURAL JOIN LATERAL LOCALTIMESTAMP int4 ) AS nullif
SELECT 1 FROM ( ( ( SELECT ) OFFSET ARRAY [ ] ROWS ) ) extract
SELECT 1 FROM LATERAL CURRENT_USER WITH ORDINALITY
SELECT 1 FROM SESSION_USER WITH ORDINALITY
SELECT 1 FROM LATERAL LOCALTIMESTAMP WITH ORDINALITY t
SELECT 1 FROM ( x AS "Q" RIGHT JOIN LATERAL CURRENT_TIME USING ( "Q" ) ) a
SELECT 1 FROM CURRENT_ROLE WITH ORDINALITY
SELECT 1 FROM LATERAL text ( ) WITH ORDINALITY
SELECT 1 FROM ( a * "Q" CROSS JOIN SESSION_USER b ) AS b ( "Q" , f )
SELECT 1 FROM LATERAL int4 ( * ) WITH ORDINALITY AS ( t INTERVAL ( 3 ) ARRAY COLLATE a )
SELECT 1 FROM "Q" * CROSS JOIN CURRENT_TIMESTAMP b
SELECT 1 FROM ONLY int4 . array AS encrypted ( a )
SELECT 1 FROM LATERAL ( SELECT ALL INTERSECT SELECT ALL ) b ( "Q" , a )
SELECT 1 FROM LATERAL LOCALTIMESTAMP WITH ORDINALITY AS "Q" NATURAL JOIN LATERAL LOCALTIME WITH ORDINALITY AS f
SELECT 1 FROM LATERAL CURRENT_ROLE WITH ORDINALITY AS x
SELECT 1 FROM ( CURRENT_USER WITH ORDINALITY AS x NATURAL RIGHT OUTER JOIN CURRENT_TIMESTAMP ( 0 ) WITH ORDINALITY AS f ) f
SELECT 1 FROM CURRENT_DATE WITH ORDINALITY "Q"
SELECT 1 FROM CURRENT_ROLE AS b CROSS JOIN LATERAL CURRENT_ROLE AS int4
SELECT 1 FROM ( LATERAL CURRENT_CATALOG WITH ORDINALITY t NATURAL JOIN LATERAL CURRENT_ROLE "Q" ) AS assignment ( f , b )
SELECT 1 FROM LATERAL ( ( SELECT ) FOR SHARE NOWAIT FOR SHARE SKIP LOCKED ) t ( "Q" )
SELECT 1 FROM int4 * int4 NATURAL JOIN LATERAL CURRENT_USER WITH ORDINALITY a
SELECT 1 FROM "Q" * NATURAL FULL JOIN "Q" * AS a
SELECT 1 FROM LATERAL ROWS FROM ( CURRENT_USER ) WITH ORDINALITY
SELECT 1 FROM LATERAL CURRENT_ROLE WITH ORDINALITY CROSS JOIN "Q" AS "Q" INNER JOIN LATERAL ( ( SELECT ) ) AS "Q" USING ( x , t , f ) AS x
SELECT 1 FROM LATERAL ( ( ( SELECT ) ) ) x ( x , a )
SELECT 1 FROM LATERAL CURRENT_SCHEMA AS b
SELECT 1 FROM LATERAL SESSION_USER WITH ORDINALITY a
SELECT NOT between FROM t
SELECT a FROM t WHERE NOT between AND b
SELECT a FROM t WHERE NOT between BETWEEN false AND true
SELECT a NOT BETWEEN between AND 5, NOT between.a, (NOT between = 1) FROM t AS between
SELECT NOT NOT between IN (true), CASE WHEN NOT between THEN 1 ELSE 2 END FROM t GROUP BY NOT between, 2 ORDER BY NOT between
SELECT a.between NOT BETWEEN 1 AND 2, a NOT BETWEEN 1 AND 2 AND NOT between FROM t
SELECT NOT like('a', 'b'), NOT ilike('a', 'b'), NOT similar('a')
SELECT a NOT LIKE 'x', a NOT IN (1), a NOT SIMILAR TO 'x', NOT a LIKE 'x' AND NOT (b) NOT IN (1) FROM t
SELECT current_schema '1', current_schema(1), current_schema(1) '1', current_schema(), current_schema
SELECT '1'::current_schema, CAST(NULL AS current_schema), 1 AS current_schema, 1 current_schema
SELECT * FROM current_schema('x'), current_schema() AS a, current_schema
