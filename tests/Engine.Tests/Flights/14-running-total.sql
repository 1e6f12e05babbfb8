-- A window over an aggregate: running totals of days.
SELECT day, flights, sum(flights) OVER (ORDER BY day) AS total, avg(flights) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week
FROM (SELECT date_trunc('day', date) AS day, count(*) AS flights FROM flights GROUP BY 1) AS days ORDER BY day
