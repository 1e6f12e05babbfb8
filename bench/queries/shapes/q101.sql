-- fields of texts
SELECT count(DISTINCT split_part(o_comment, ' ', 2)), max(replace(o_comment, 'e', 'EE')), max(trim(o_comment)), sum(position('s' IN o_comment)) FROM orders WHERE o_orderkey < 1500000;
