-- A join of the file with itself, aggregated on both sides.
WITH routes AS (SELECT origin, destination, count(*) AS flights, avg(delay) AS delay FROM flights GROUP BY origin, destination)
SELECT there.origin, there.destination, there.flights, back.flights AS flights_back, there.delay - back.delay AS difference
FROM routes AS there JOIN routes AS back ON there.origin = back.destination AND there.destination = back.origin
WHERE there.origin < there.destination AND there.flights > 4000 ORDER BY there.origin, there.destination
