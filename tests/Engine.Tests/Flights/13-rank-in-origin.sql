-- The three latest flights of each large airport.
SELECT origin, place, date, delay, destination FROM (
  SELECT origin, destination, date, delay, row_number() OVER (PARTITION BY origin ORDER BY delay DESC, date, destination) AS place
  FROM flights WHERE delay > 600) AS ranked
WHERE place <= 3 ORDER BY origin, place
