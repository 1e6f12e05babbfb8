SELECT i, 'row ' || i FROM generate_series(1, 250) AS g(i) ORDER BY i
CREATE TEMP TABLE odbc (a int, b numeric(8,2), c timestamp)
INSERT INTO odbc VALUES (1, 2.5, '2024-01-02 03:04:05')
SELECT * FROM odbc
SELECT nosuch
SELECT true, NULL, 'x'
