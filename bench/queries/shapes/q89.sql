-- parts of texts put together
SELECT max(substring(c_name, 10, 6) || ':' || upper(left(c_mktsegment, 3)) || '-' || right(c_phone, 4)), count(DISTINCT substring(c_comment, 5, 8)) FROM customer;
