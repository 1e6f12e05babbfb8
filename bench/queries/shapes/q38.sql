-- regular expression
SELECT count(*) FROM orders WHERE o_comment ~ '.*special.*(deposits|requests).*';
