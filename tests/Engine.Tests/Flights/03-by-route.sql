-- Two text keys, a filter on groups.
SELECT origin, destination, count(*) AS flights, min(distance) AS nearest, max(distance) AS farthest
FROM flights GROUP BY origin, destination HAVING count(*) > 3000 ORDER BY flights DESC, origin, destination
