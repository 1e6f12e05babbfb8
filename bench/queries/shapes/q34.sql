-- small cross join
SELECT count(*) FROM nation AS a, nation AS b, region AS c, supplier AS d WHERE d.s_suppkey < 200;
