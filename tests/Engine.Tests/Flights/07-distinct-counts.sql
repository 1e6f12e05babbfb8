-- Several DISTINCT aggregates beside a plain one.
SELECT count(DISTINCT origin), count(DISTINCT destination), count(DISTINCT distance), count(DISTINCT date), count(delay) FROM flights
