-- A correlated scalar subquery.
SELECT count(*) FROM flights AS f WHERE delay > (SELECT avg(g.delay) + 100 FROM flights AS g WHERE g.origin = f.origin)
