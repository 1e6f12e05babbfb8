-- sort by several texts
SELECT max(x) FROM (SELECT c_name AS x FROM customer ORDER BY c_mktsegment, c_address DESC, c_name LIMIT 100000) AS t;
