-- having
SELECT l_orderkey, sum(l_quantity) AS q FROM lineitem GROUP BY 1 HAVING sum(l_quantity) > 310 ORDER BY 2 DESC, 1;
