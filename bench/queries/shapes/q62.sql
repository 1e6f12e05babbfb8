-- last of each
SELECT count(*), sum(o_totalprice) FROM (SELECT DISTINCT ON (o_custkey) o_custkey, o_totalprice FROM orders ORDER BY o_custkey, o_orderdate DESC, o_orderkey) AS t;
