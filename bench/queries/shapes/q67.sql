-- pattern whatever the case
SELECT count(*) FROM orders WHERE o_comment ILIKE '%SPECIAL%requests%';
