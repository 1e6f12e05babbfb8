-- groups by a part of a text
SELECT substring(p_type, 1, 5) AS k, count(*) FROM part GROUP BY 1 ORDER BY 1;
