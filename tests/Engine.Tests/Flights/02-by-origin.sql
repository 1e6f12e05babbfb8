-- Groups of short text, ordered by an aggregate.
SELECT origin, count(*) AS flights, avg(delay) AS delay, sum(distance) AS distance FROM flights GROUP BY origin ORDER BY flights DESC, origin LIMIT 30
