-- words of texts counted
SELECT w, count(*) FROM (SELECT unnest(string_to_array(o_comment, ' ')) AS w FROM orders WHERE o_orderdate < DATE '1994-01-01') AS t GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10;
