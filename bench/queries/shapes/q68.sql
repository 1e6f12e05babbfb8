-- replacement by pattern
SELECT count(DISTINCT regexp_replace(o_comment, '[aeiou]+', '', 'g')) FROM orders WHERE o_orderdate < DATE '1993-01-01';
