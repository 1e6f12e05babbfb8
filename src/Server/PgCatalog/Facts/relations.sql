-- Names, types and order of the system relations' columns, one relation a line: schema, name, oid (0: none that is fixed), kind, columns (! = not null).
SELECT n.nspname || ' ' || c.relname || ' ' || CASE WHEN c.oid < 10000 THEN c.oid::int ELSE 0 END || ' ' || c.relkind::text || ' ' ||
  string_agg(a.attname || ':' || replace(CASE t.typname
      WHEN 'sql_identifier' THEN 'name' WHEN 'cardinal_number' THEN 'int4' WHEN 'character_data' THEN 'varchar' WHEN 'yes_or_no' THEN 'varchar(3)' WHEN 'time_stamp' THEN 'timestamptz'
      WHEN 'anyarray' THEN 'text[]' WHEN 'xid8' THEN 'int8' WHEN 'pg_ndistinct' THEN 'text' WHEN 'pg_dependencies' THEN 'text' WHEN 'pg_mcv_list' THEN 'text'
      WHEN 'char' THEN '"char"' WHEN '_char' THEN '"char"[]'
      ELSE CASE WHEN t.typcategory = 'A' AND t.typname LIKE '\_%' THEN substr(t.typname, 2) || '[]' ELSE t.typname END END, ' ', '_') || CASE WHEN a.attnotnull THEN '!' ELSE '' END,
    ' ' ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v') AND c.relname NOT IN ('_pg_foreign_data_wrappers', '_pg_foreign_servers', '_pg_foreign_table_columns', '_pg_foreign_tables', '_pg_user_mappings')
GROUP BY n.nspname, c.relname, c.oid, c.relkind ORDER BY n.nspname DESC, c.relkind, CASE WHEN c.oid < 10000 THEN c.oid ELSE 0 END, c.relname;
