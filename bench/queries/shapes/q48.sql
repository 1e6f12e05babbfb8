-- medians of groups
SELECT l_shipmode, percentile_disc(0.9) WITHIN GROUP (ORDER BY l_quantity) FROM lineitem GROUP BY 1 ORDER BY 1;
