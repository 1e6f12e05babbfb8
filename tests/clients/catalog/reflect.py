"""Reflects a catalog with SQLAlchemy's inspector and prints what it finds, one fact a line: reflect.py HOST PORT USER DATABASE SCHEMA."""
import sys
import warnings

import sqlalchemy

host, port, user, database, schema = sys.argv[1:]
warnings.simplefilter("error", sqlalchemy.exc.SAWarning)
engine = sqlalchemy.create_engine(f"postgresql+psycopg2://{user}@{host}:{port}/{database}")
inspector = sqlalchemy.inspect(engine)
print("schemas", *sorted(inspector.get_schema_names()))
tables = inspector.get_table_names(schema)
print("tables", len(tables))
print("views", *inspector.get_view_names(schema))
for view in inspector.get_view_names(schema):
    print("view", view, " ".join(inspector.get_view_definition(view, schema).split()))
for table in sorted(tables):
    columns = inspector.get_columns(table, schema)
    key = inspector.get_pk_constraint(table, schema)
    print("table", table, "|", ", ".join(f"{c['name']} {c['type']!r} {'null' if c['nullable'] else 'not null'} default {c['default']}" for c in columns))
    print("  key", key["name"], *key["constrained_columns"])
    for foreign in inspector.get_foreign_keys(table, schema):
        print("  foreign", foreign["name"], *foreign["constrained_columns"], "->", foreign["referred_table"], *foreign["referred_columns"], sorted(foreign["options"].items()))
    for index in inspector.get_indexes(table, schema):
        print("  index", index["name"], index["unique"], *index["column_names"])
    for unique in inspector.get_unique_constraints(table, schema):
        print("  unique", unique["name"], *unique["column_names"])
    for check in inspector.get_check_constraints(table, schema):
        print("  check", check["name"], check["sqltext"])
    print("  comment", inspector.get_table_comment(table, schema)["text"])
metadata = sqlalchemy.MetaData()
metadata.reflect(engine, schema=schema, views=True)
print("reflected", len(metadata.tables))
with engine.connect() as connection:
    print("version", connection.dialect.server_version_info)
    print("enums", inspector.get_enums(schema))
    print("isolation", connection.get_isolation_level())
