-- pattern with several wildcards
SELECT count(*) FROM orders WHERE o_comment LIKE '%special%requests%' OR o_comment LIKE '%quick_y%regular%';
