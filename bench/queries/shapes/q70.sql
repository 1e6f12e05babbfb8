-- expression over lower case
SELECT count(*) FROM orders WHERE lower(o_comment) ~ '.*(foxes|pinto +beans).*';
