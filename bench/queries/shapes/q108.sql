-- join by texts of many values
SELECT count(*) FROM (SELECT DISTINCT o_clerk AS k FROM orders) AS a JOIN orders AS b ON a.k = b.o_clerk JOIN customer ON substring(c_name, 10) = substring(b.o_clerk, 7);
