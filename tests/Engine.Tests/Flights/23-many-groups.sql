-- About a million groups under an aggregate.
SELECT count(*), max(flights), sum(flights), max(delay) FROM (SELECT date, origin, count(*) AS flights, sum(delay) AS delay FROM flights GROUP BY date, origin) AS groups
