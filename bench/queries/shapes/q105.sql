-- doubles summed by groups
SELECT l_suppkey % 100, sum(CAST(l_extendedprice AS DOUBLE PRECISION)), avg(CAST(l_quantity AS DOUBLE PRECISION)), max(CAST(l_tax AS DOUBLE PRECISION)) FROM lineitem GROUP BY 1 HAVING sum(CAST(l_extendedprice AS DOUBLE PRECISION)) < 0;
