-- functions of doubles
SELECT sum(sqrt(x)), sum(ln(x + 1)), sum(exp(x / 100000)), sum(power(x, 0.3)), sum(sin(x)) FROM (SELECT CAST(l_extendedprice AS DOUBLE PRECISION) AS x FROM lineitem WHERE l_shipdate < DATE '1995-01-01') AS t;
