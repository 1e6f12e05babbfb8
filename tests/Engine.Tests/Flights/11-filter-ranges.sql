-- Ranges, alternatives and negations in one filter.
SELECT count(*), sum(delay) FROM flights
WHERE (distance BETWEEN 500 AND 700 OR delay > 120) AND NOT (origin = 'ATL' OR destination LIKE 'A%') AND date >= TIMESTAMP '2001-03-01 00:00:00'
