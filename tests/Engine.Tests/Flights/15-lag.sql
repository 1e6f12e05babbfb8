-- The change of a month against the month before, for each airport.
SELECT origin, month, flights, flights - lag(flights) OVER (PARTITION BY origin ORDER BY month) AS change
FROM (SELECT origin, extract(month FROM date) AS month, count(*) AS flights FROM flights WHERE origin < 'AM' GROUP BY 1, 2) AS months ORDER BY origin, month
