-- Top-N over all columns.
SELECT date, delay, distance, origin, destination FROM flights ORDER BY delay DESC, date, origin, destination, distance LIMIT 25
