-- groups by a text of many values
SELECT count(*) AS groups, max(n) AS most FROM (SELECT l_comment, count(*) AS n FROM lineitem GROUP BY l_comment) AS t;
