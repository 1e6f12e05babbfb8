-- numbers and dates out of texts
SELECT sum(CAST(substring(c_phone, 1, 2) AS INTEGER)), sum(CAST(substring(c_name, 10) AS BIGINT)), sum(CAST(substring(c_phone, 4, 3) || '.5' AS DOUBLE PRECISION)) FROM customer;
