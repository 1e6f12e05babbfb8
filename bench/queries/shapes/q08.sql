-- groups by a month
SELECT date_trunc('month', o_orderdate) AS m, count(*), sum(o_totalprice) FROM orders GROUP BY 1 ORDER BY 1;
