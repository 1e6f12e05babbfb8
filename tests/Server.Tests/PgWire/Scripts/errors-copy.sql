\set VERBOSITY verbose
CREATE SCHEMA errc;
SET search_path = errc;
CREATE TABLE t (a int NOT NULL, b text, c numeric(4,2), d date, j jsonb);
COPY nosuch FROM STDIN;
COPY nosuch TO STDOUT;
COPY t (nosuch) FROM STDIN;
COPY t (nosuch) TO STDOUT;
COPY t (a, a) FROM STDIN;
COPY t FROM STDIN WITH (nosuch);
COPY t FROM STDIN WITH (FORMAT nosuch);
COPY t FROM STDIN WITH (FORMAT csv, FORMAT csv);
COPY t FROM STDIN WITH (DELIMITER 'ab');
COPY t FROM STDIN WITH (DELIMITER 'a');
COPY t FROM STDIN WITH (QUOTE '"');
COPY t FROM STDIN WITH (FORMAT csv, QUOTE 'ab');
COPY t FROM STDIN WITH (FORMAT csv, QUOTE ',', DELIMITER ',');
COPY t FROM STDIN WITH (FORMAT csv, NULL E'\n');
COPY t FROM STDIN WITH (FORMAT csv, FORCE_NULL (nosuch));
COPY t TO STDOUT WITH (FORMAT csv, FORCE_QUOTE (nosuch));
COPY t FROM STDIN WITH (HEADER nosuch);
COPY t FROM STDIN WITH (ENCODING 'nosuch');
COPY t FROM STDIN WITH (FORMAT binary, DELIMITER ',');
COPY t TO STDOUT WITH (FREEZE nosuch);
COPY (SELECT nosuch) TO STDOUT;
COPY (SELECT nosuch FROM t) TO STDOUT;
COPY (SELECT 1) FROM STDIN;
COPY pg_class FROM STDIN;
COPY t FROM STDIN;
1	x	1	2020-01-01	{}
2	x	1	2020-01-01
\.
COPY t FROM STDIN;
1	x	1	2020-01-01	{}
2	x	1	2020-01-01	{}	7
\.
COPY t FROM STDIN;
x	x	1	2020-01-01	{}
\.
COPY t FROM STDIN;
1	x	1	2020-01-01	{}
1	x	1	2020-99-01	{}
\.
COPY t FROM STDIN;
1	x	1000	2020-01-01	{}
\.
COPY t FROM STDIN;
1	x	1	2020-01-01	{"a":
\.
COPY t FROM STDIN;
\N	x	1	2020-01-01	{}
\.
COPY t FROM STDIN;
1	a long text that goes on and on and on, much longer than a hundred characters, so that it has to be cut when shown in an error	x	2020-01-01	{}
\.
COPY t FROM STDIN WITH (FORMAT csv);
1,x,"abc",2020-01-01,{}
\.
COPY t FROM STDIN WITH (FORMAT csv, HEADER match);
a,b,c,d,x
\.
COPY t FROM STDIN WITH (FORMAT csv, HEADER match);
a,b,c
\.
COPY t (a, b) FROM STDIN WITH (FORMAT csv);
1

\.
COPY t (b) FROM STDIN;
x
\.
COPY t (a) FROM STDIN WITH (FORMAT csv);
99999999999
\.
COPY t (a, d) FROM STDIN WITH (FORMAT csv);
1,2020-01-01
2,yesterday evening
\.
COPY t (a, b) FROM STDIN;
1	\xff
\.
COPY t FROM '/nosuch/file.csv';
COPY t FROM '/tmp';
COPY t TO '/nosuch/file.csv';
COPY t TO '/tmp';
CREATE TABLE p (a int PRIMARY KEY, b varchar(2));
COPY p FROM STDIN;
1	xyz
\.
SET search_path = public;
SET client_min_messages = warning;
DROP SCHEMA errc CASCADE;
RESET client_min_messages;
