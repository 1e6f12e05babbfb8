-- sort of wide rows
SELECT count(*), max(l_comment) FROM (SELECT * FROM lineitem WHERE l_shipdate < DATE '1993-06-01' ORDER BY l_extendedprice DESC, l_orderkey OFFSET 10) AS t;
