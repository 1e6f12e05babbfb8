-- Top-N that skips rows.
SELECT date, delay, origin, destination, distance FROM flights WHERE origin = 'SEA' ORDER BY date, destination, delay, distance LIMIT 20 OFFSET 10000
