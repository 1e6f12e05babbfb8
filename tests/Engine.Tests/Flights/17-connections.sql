-- A join of the file with itself by time: flights onward from where one arrived.
SELECT a.origin, b.destination, count(*) AS pairs
FROM flights AS a JOIN flights AS b ON a.destination = b.origin AND b.date > a.date AND b.date < a.date + INTERVAL '3 hours'
WHERE a.date < TIMESTAMP '2001-01-08 00:00:00' AND a.origin = 'BOI' GROUP BY a.origin, b.destination ORDER BY pairs DESC, b.destination
