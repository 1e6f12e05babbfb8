-- Ordered-set aggregates in groups.
SELECT origin, percentile_cont(0.5) WITHIN GROUP (ORDER BY delay) AS middle, percentile_disc(0.9) WITHIN GROUP (ORDER BY delay) AS late
FROM flights WHERE origin IN ('ATL', 'ORD', 'DFW', 'LAX', 'YAK') GROUP BY origin ORDER BY origin
