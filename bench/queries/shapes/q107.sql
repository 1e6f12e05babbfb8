-- all true and any true
SELECT l_shipmode, bool_and(l_quantity > 0), bool_or(l_discount > 0.09), count(*) FILTER (WHERE l_commitdate < l_receiptdate) FROM lineitem GROUP BY 1 ORDER BY 1;
