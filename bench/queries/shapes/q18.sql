-- sort by text
SELECT max(c_name) FROM (SELECT c_name, c_comment FROM customer ORDER BY c_comment OFFSET 1000) AS t;
