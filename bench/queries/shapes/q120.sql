-- words of all texts
SELECT count(*), sum(length(w)) FROM (SELECT unnest(string_to_array(o_comment, ' ')) AS w FROM orders) AS t;
