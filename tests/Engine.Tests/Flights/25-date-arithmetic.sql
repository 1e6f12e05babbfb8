-- Arrival times by arithmetic on dates.
SELECT CAST(date AS date) AS day, count(*) AS flights, max(date + delay * INTERVAL '1 minute') AS last, sum(CAST(floor(distance / 100.0) AS bigint)) AS hundreds
FROM flights WHERE date BETWEEN TIMESTAMP '2001-02-27 00:00:00' AND TIMESTAMP '2001-03-02 23:59:59' GROUP BY 1 ORDER BY 1
