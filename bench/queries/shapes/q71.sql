-- members of JSON texts
SELECT sum(((j::json)->>'k')::int), count(DISTINCT (j::json)->>'s') FROM (SELECT '{"k": ' || o_orderkey || ', "s": "' || o_orderstatus || '", "t": [1, 2, {"x": "' || o_clerk || '"}]}' AS j FROM orders WHERE o_orderkey < 1000000) AS t;
