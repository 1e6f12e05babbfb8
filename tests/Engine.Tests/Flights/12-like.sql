-- Patterns on text.
SELECT origin, count(*) FROM flights WHERE origin LIKE '_A_' AND destination LIKE '%X' GROUP BY origin ORDER BY origin
