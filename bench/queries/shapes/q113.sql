-- cube of three columns
SELECT count(*), sum(s) FROM (SELECT l_shipmode, l_returnflag, l_linenumber, sum(l_quantity) AS s FROM lineitem GROUP BY CUBE (l_shipmode, l_returnflag, l_linenumber)) AS t;
