-- The types that clients may meet, one a line: oid, name, length, by value, kind, category, preferred, element, array, input, output, receive, send, typmod in, typmod out, alignment, storage, collation.
WITH wanted(name) AS (SELECT unnest('{bool,bytea,char,name,int8,int2,int2vector,int4,regproc,text,oid,tid,xid,cid,oidvector,json,xml,pg_node_tree,float4,float8,unknown,money,inet,aclitem,bpchar,varchar,date,time,
timestamp,timestamptz,interval,timetz,bit,varbit,numeric,refcursor,regprocedure,regoper,regoperator,regclass,regtype,regconfig,regdictionary,regnamespace,regrole,regcollation,record,cstring,any,anyarray,void,trigger,
event_trigger,language_handler,internal,anyelement,anynonarray,anyenum,anyrange,fdw_handler,index_am_handler,table_am_handler,tsm_handler,uuid,jsonb,pg_lsn,xid8,anycompatible,anycompatiblearray,anycompatiblenonarray,
int4range,int8range,numrange,tsrange,tstzrange,daterange,anymultirange,anycompatiblerange,anycompatiblemultirange}'::text[]))
SELECT concat_ws(' ', t.oid, t.typname, t.typlen, t.typbyval, t.typtype, t.typcategory, t.typispreferred, t.typelem, t.typarray, t.typinput::oid::int, t.typoutput::oid::int, t.typreceive::oid::int, t.typsend::oid::int,
  t.typmodin::oid::int, t.typmodout::oid::int, t.typalign, t.typstorage, t.typcollation)
FROM pg_type t WHERE t.typnamespace = 11 AND t.typtype IN ('b', 'p') AND (t.typname IN (SELECT name FROM wanted) OR t.typelem IN (SELECT oid FROM pg_type WHERE typname IN (SELECT name FROM wanted) AND typnamespace = 11) AND t.typname LIKE '\_%')
AND t.typname NOT LIKE '%range%' ORDER BY t.oid;
