-- groups by cases
SELECT CASE WHEN l_quantity < 10 THEN 'a' WHEN l_quantity < 20 THEN 'b' WHEN l_quantity < 40 THEN 'c' ELSE 'd' END AS k, count(*), sum(l_extendedprice) FROM lineitem GROUP BY 1 ORDER BY 1;
