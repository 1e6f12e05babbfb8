-- prefix
SELECT count(*) FROM orders WHERE o_comment LIKE 'final%';
