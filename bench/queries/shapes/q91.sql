-- dates out of texts
SELECT max(CAST(d AS DATE)), count(DISTINCT CAST(d AS DATE)) FROM (SELECT CAST(o_orderdate AS VARCHAR) AS d FROM orders) AS t;
