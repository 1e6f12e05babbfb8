-- Text made from columns as a key.
SELECT lower(substring(origin FROM 1 FOR 1)) || '-' || upper(substring(destination FROM 1 FOR 1)) AS letters, count(*) AS flights, max(length(origin || destination)) AS characters
FROM flights GROUP BY 1 ORDER BY flights DESC, letters LIMIT 40
