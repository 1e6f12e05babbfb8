-- semi join by a band
SELECT count(*) FROM customer AS c WHERE EXISTS (SELECT 1 FROM supplier AS s WHERE s.s_acctbal BETWEEN c.c_acctbal - 0.01 AND c.c_acctbal + 0.01);
