-- DISTINCT under an aggregate.
SELECT count(*) FROM (SELECT DISTINCT origin, destination, distance FROM flights) AS routes
