-- A key computed from a timestamp.
SELECT date_trunc('month', date) AS month, count(*), avg(delay), stddev_samp(delay) FROM flights GROUP BY 1 ORDER BY 1
