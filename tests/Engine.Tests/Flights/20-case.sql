-- Groups by classes that CASE makes, FILTER on aggregates.
SELECT CASE WHEN delay <= 0 THEN 'early' WHEN delay <= 15 THEN 'in time' WHEN delay <= 60 THEN 'late' ELSE 'very late' END AS class,
  count(*), count(*) FILTER (WHERE distance > 1000) AS far, avg(distance)
FROM flights GROUP BY 1 ORDER BY 1
