-- cases
SELECT sum(CASE WHEN l_quantity < 10 THEN 1 WHEN l_quantity < 30 THEN 2 ELSE 3 END), sum(CASE l_shipmode WHEN 'AIR' THEN 1 ELSE 0 END) FROM lineitem;
