-- Airports that send but do not receive, and both kinds together.
SELECT origin AS airport, 'sends on the last day' AS fact FROM flights WHERE date >= TIMESTAMP '2001-06-30 00:00:00'
EXCEPT SELECT destination, 'sends on the last day' FROM flights WHERE date < TIMESTAMP '2001-01-02 00:00:00'
UNION SELECT origin, 'far' FROM flights WHERE distance > 4000
ORDER BY airport, fact
