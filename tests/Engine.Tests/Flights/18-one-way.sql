-- Routes without a flight back: NOT EXISTS.
SELECT DISTINCT origin, destination FROM flights AS f
WHERE NOT EXISTS (SELECT 1 FROM flights AS g WHERE g.origin = f.destination AND g.destination = f.origin) ORDER BY origin, destination
