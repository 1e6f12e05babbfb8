-- the most frequent and the nearest
SELECT mode() WITHIN GROUP (ORDER BY l_suppkey), percentile_disc(0.25) WITHIN GROUP (ORDER BY l_shipdate) FROM lineitem;
