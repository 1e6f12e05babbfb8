-- Parts of a timestamp as keys.
SELECT extract(hour FROM date) AS hour, extract(dow FROM date) AS day, count(*) AS flights FROM flights GROUP BY 1, 2 ORDER BY 1, 2
