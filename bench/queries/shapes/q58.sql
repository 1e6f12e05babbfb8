-- count of a table
SELECT count(*) FROM lineitem;
