-- expression at the start of texts
SELECT count(*) FROM customer WHERE c_phone ~ '^(1[0-9]|2[0-4])-[0-9]{3}-[1-5].*';
