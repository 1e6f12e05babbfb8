-- pattern in a long text
SELECT count(*) FROM lineitem WHERE l_comment LIKE '%special%requests%';
