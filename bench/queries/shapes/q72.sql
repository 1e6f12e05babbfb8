-- groups by a truncated date
SELECT count(*), sum(l_quantity) FROM lineitem GROUP BY date_trunc('month', l_shipdate) ORDER BY 1 DESC, 2 LIMIT 1 OFFSET 3;
