-- md5 and lengths
SELECT max(md5(c_name)), sum(length(c_comment)), count(DISTINCT length(c_address)) FROM customer;
