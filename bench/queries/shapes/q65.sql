-- groups by a text of as many values as rows
SELECT count(*), max(n) FROM (SELECT l_comment, count(*) AS n, max(l_orderkey) AS k FROM lineitem WHERE l_shipdate < DATE '1993-06-01' GROUP BY l_comment) AS t;
