"""The boundary values through psycopg2 or SQLAlchemy over it: boundary_psycopg2.py HOST PORT psycopg2|sqlalchemy. What comes out is sent back as parameters."""
import sys

import psycopg2
import psycopg2.extensions as extensions
import psycopg2.extras

import boundary_work as work


def or_text(oid, array, default):
    """psycopg2's own reading of a type, or the text where Python's type ends."""
    def read(value, cursor):
        if value in ("infinity", "-infinity"):    # which psycopg2 reads as the last day it knows
            return value
        try:
            return default(value, cursor)
        except (ValueError, OverflowError, psycopg2.Error):
            return value
    kind = extensions.new_type((oid,), f"T{oid}", read)
    extensions.register_type(kind)
    extensions.register_type(extensions.new_array_type((array,), f"A{oid}", kind))


def as_text(*oids):
    for oid, array in oids:
        kind = extensions.new_type((oid,), f"T{oid}", lambda value, cursor: value)
        extensions.register_type(kind)
        extensions.register_type(extensions.new_array_type((array,), f"A{oid}", kind))


psycopg2.extras.register_uuid()
or_text(1082, 1182, extensions.PYDATE)
or_text(1114, 1115, extensions.PYDATETIME)
or_text(1184, 1185, extensions.PYDATETIMETZ)
as_text((1186, 1187), (114, 199), (3802, 3807))    # timedelta has no months, dict no doubles


def with_psycopg2(host, port):
    connection = psycopg2.connect(host=host, port=port, user="tester", dbname="sqlcluster", sslmode="disable")
    connection.autocommit = True
    cursor = connection.cursor()
    for family, kind, query, table in work.items():
        cursor.execute(query)
        values = [row[0] for row in cursor.fetchall()]
        work.answer(family, [work.text(value) for value in values])
        if table != "-":
            psycopg2.extras.execute_values(cursor, f"INSERT INTO {table} VALUES %s", list(enumerate(values)), f"(%s, CAST(%s AS {kind}))", 200)
    connection.close()


def with_sqlalchemy(host, port):
    import sqlalchemy
    from sqlalchemy.dialects import postgresql

    types = {
        "boolean": sqlalchemy.Boolean, "smallint": sqlalchemy.SmallInteger, "integer": sqlalchemy.Integer, "bigint": sqlalchemy.BigInteger, "real": postgresql.REAL, "double precision": postgresql.DOUBLE_PRECISION,
        "numeric": sqlalchemy.Numeric, "text": sqlalchemy.Text, "varchar": sqlalchemy.String, "char": sqlalchemy.CHAR, "bytea": sqlalchemy.LargeBinary, "time": sqlalchemy.Time,
        "uuid": lambda: postgresql.UUID(as_uuid=True), "date": sqlalchemy.Date, "timestamp": sqlalchemy.DateTime, "timestamptz": lambda: sqlalchemy.DateTime(timezone=True),
    }
    engine = sqlalchemy.create_engine(f"postgresql+psycopg2://tester@{host}:{port}/sqlcluster?sslmode=disable", future=True)
    with engine.connect() as connection:
        for family, kind, query, table in work.items():
            # Types it has none for go as texts and are cast, as in any program that uses it.
            made = types.get(kind.split("(")[0]) if not kind.endswith("[]") else None
            column = sqlalchemy.column("v", made() if made else sqlalchemy.types.NullType())
            values = [row.v for row in connection.execute(sqlalchemy.text(query).columns(column))]
            work.answer(family, [work.text(value) for value in values])
            if table == "-":
                continue
            rows = [{"i": i, "v": value} for i, value in enumerate(values)]
            if made:
                connection.execute(sqlalchemy.Table(table, sqlalchemy.MetaData(), sqlalchemy.Column("i", sqlalchemy.Integer), sqlalchemy.Column("v", made())).insert(), rows)
            else:
                connection.execute(sqlalchemy.text(f"INSERT INTO {table} VALUES (:i, CAST(:v AS {kind}))"), rows)
        connection.commit()


(with_psycopg2 if sys.argv[3] == "psycopg2" else with_sqlalchemy)(sys.argv[1], int(sys.argv[2]))
