-- generated numbers
SELECT count(*), sum(a.n * b.n % 7) FROM generate_series(1, 3000) AS a(n), generate_series(1, 1000) AS b(n);
