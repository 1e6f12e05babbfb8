-- Several levels of totals in one pass.
SELECT extract(month FROM date) AS month, CASE WHEN distance < 500 THEN 'short' ELSE 'long' END AS class, count(*) AS flights
FROM flights GROUP BY ROLLUP (extract(month FROM date), CASE WHEN distance < 500 THEN 'short' ELSE 'long' END) ORDER BY 1 NULLS LAST, 2 NULLS LAST
