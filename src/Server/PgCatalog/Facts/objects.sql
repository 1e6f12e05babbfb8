-- Built-in functions (f oid name kind returns-set result arguments), operators (o oid name kind left right result), casts (c oid source target function context method), operator classes
-- (k oid method name family type default), families (m oid method name) and conversions between our types that PostgreSQL knows; kept are those that concern the types of types.txt.
CREATE TEMP TABLE kept AS SELECT oid FROM pg_type WHERE oid::int = ANY (:types);
SELECT concat_ws(' ', 'f', p.oid, p.proname, p.prokind, p.proretset, p.prorettype, CASE WHEN p.proargtypes = '' THEN '-' ELSE replace(p.proargtypes::text, ' ', ',') END) FROM pg_proc p
WHERE p.pronamespace = 11 AND p.oid < 10000 AND p.prorettype IN (SELECT oid FROM kept) AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) a WHERE a NOT IN (SELECT oid FROM kept))
AND (p.proname = ANY (:names) OR p.oid IN (SELECT unnest(array[typinput, typoutput, typreceive, typsend, typmodin, typmodout]::oid[]) FROM pg_type WHERE oid IN (SELECT oid FROM kept))) ORDER BY p.oid;
SELECT concat_ws(' ', 'o', o.oid, o.oprname, o.oprkind, o.oprleft, o.oprright, o.oprresult) FROM pg_operator o
WHERE (o.oprleft = 0 OR o.oprleft IN (SELECT oid FROM kept)) AND o.oprright IN (SELECT oid FROM kept) AND o.oprresult IN (SELECT oid FROM kept) AND o.oid < 10000
AND o.oprleft NOT IN (27,28,29,790,1033,1266,1560,1562,3220,5069,142,194) AND o.oprright NOT IN (27,28,29,790,1033,1266,1560,1562,3220,5069,142,194)
AND o.oprname = ANY (:operators) ORDER BY o.oid;
SELECT concat_ws(' ', 'c', c.oid, c.castsource, c.casttarget, c.castfunc, c.castcontext, c.castmethod) FROM pg_cast c WHERE c.castsource IN (SELECT oid FROM kept) AND c.casttarget IN (SELECT oid FROM kept)
AND NOT (array[c.castsource, c.casttarget]::int[] && '{790,1266,1560,1562,142,3220,5069}'::int[]) ORDER BY c.oid;
SELECT concat_ws(' ', 'm', f.oid, f.opfmethod, f.opfname) FROM pg_opfamily f WHERE f.opfmethod IN (403, 405) AND EXISTS (SELECT FROM pg_opclass k WHERE k.opcfamily = f.oid AND k.opcintype IN (SELECT oid FROM kept)) ORDER BY f.oid;
SELECT concat_ws(' ', 'k', CASE WHEN k.oid < 10000 THEN k.oid ELSE 10000 + row_number() OVER (ORDER BY k.opcmethod, k.opcname) END, k.opcmethod, k.opcname, k.opcfamily, k.opcintype, k.opcdefault)
FROM pg_opclass k WHERE k.opcmethod IN (403, 405) AND k.opcintype IN (SELECT oid FROM kept) ORDER BY k.opcmethod, k.opcname;
