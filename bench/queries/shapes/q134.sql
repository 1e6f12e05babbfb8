-- intersection of texts
SELECT count(*) FROM (SELECT c_address FROM customer INTERSECT SELECT s_address FROM supplier) AS t;
