-- Every aggregate over the whole file, without groups.
SELECT count(*), min(delay), max(delay), sum(delay), avg(delay), min(date), max(date), min(origin), max(destination), sum(distance) FROM flights
