-- texts made and measured
SELECT sum(length(upper(o_comment))), max(o_clerk || '/' || o_orderpriority) FROM orders;
