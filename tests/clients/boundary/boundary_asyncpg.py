"""The boundary values through asyncpg: boundary_asyncpg.py HOST PORT binary|text|sqlalchemy, the last through SQLAlchemy over it. What comes out is sent back as parameters."""
import asyncio
import sys

import asyncpg

import boundary_work as work

ROWS = 200


class Parts(tuple):
    """What a codec of format tuple gave, with its type."""

    def __new__(cls, kind, values):
        made = super().__new__(cls, values)
        made.kind = kind
        return made


# Fields of records come as what codecs of format tuple get, without what they make of it.
FIELDS = {"record of other fields": ["integer", "interval", "numeric", "date", "timestamp", "timestamptz", "interval[]", "date[]", "timestamptz[]", "time[]"]}


def of_kind(value, kind):
    if isinstance(value, list):
        return [of_kind(item, kind[:-2]) for item in value]
    return Parts(kind, value) if isinstance(value, tuple) else value


def shown(value, kinds=None, kind=""):
    if kind.startswith('"char"') and isinstance(value, bytes):
        return value.decode().rstrip("\0")
    if kind == "tid" and isinstance(value, tuple):
        return f"({value[0]},{value[1]})"
    if kind == "pg_lsn" and isinstance(value, int):
        return f"{value >> 32 & 0xffffffff:X}/{value & 0xffffffff:X}"
    if kind in ("oidvector", "int2vector") and value is not None:
        return " ".join(map(str, value))
    if isinstance(value, Parts):
        if value.kind == "interval":
            return work.interval(*value)
        return {"date": work.date, "time": work.time, "timestamp": work.timestamp, "timestamptz": lambda micros: work.timestamp(micros, "+00")}[value.kind](value[0])
    if isinstance(value, list):
        return "{" + ",".join(shown(item, None, kind) if isinstance(item, list) else work.element(shown(item, None, kind.replace("[]", ""))) for item in value) + "}"
    if isinstance(value, (asyncpg.Record, tuple)):
        items = [of_kind(item, kind) for item, kind in zip(value, kinds)] if kinds else value
        return "(" + ",".join(work.field(shown(item)) for item in items) + ")"
    return work.text(value)


KINDS = ("bool", "int2", "int4", "int8", "float4", "float8", "numeric", "bytea", "date", "time", "timestamp", "timestamptz", "interval", "uuid", "json", "jsonb",
         "oid", "xid", "cid", "tid", "inet", "pg_lsn")


async def prepared(connection, mode):
    if mode == "text":
        for kind in KINDS:
            await connection.set_type_codec(kind, schema="pg_catalog", format="text", encoder=lambda value: value, decoder=lambda value: value)
    else:
        for kind in ("date", "time", "timestamp", "timestamptz", "interval"):
            await connection.set_type_codec(kind, schema="pg_catalog", format="tuple", encoder=tuple, decoder=lambda parts, kind=kind: Parts(kind, parts))


async def with_asyncpg(host, port, mode):
    connection = await asyncpg.connect(host=host, port=port, user="tester", database="sqlcluster", ssl=False)
    # Fields of records are not shown by codecs of one's own.
    plain = await asyncpg.connect(host=host, port=port, user="tester", database="sqlcluster", ssl=False)
    await prepared(connection, mode)
    for family, kind, query, table in work.items():
        values = [record[0] for record in await (plain if family == "record of plain fields" else connection).fetch(query)]
        work.answer(family, [shown(value, FIELDS.get(family), kind) for value in values])
        if table != "-":
            for start in range(0, len(values), ROWS):
                batch = values[start:start + ROWS]
                rows = ", ".join(f"({start + i}, ${i + 1})" for i in range(len(batch)))
                await connection.execute(f"INSERT INTO {table} VALUES {rows}", *batch)
    await connection.close()
    await plain.close()


async def with_sqlalchemy(host, port):
    import sqlalchemy
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(f"postgresql+asyncpg://tester@{host}:{port}/sqlcluster", connect_args={"ssl": False}, json_deserializer=lambda text: text)
    async with engine.connect() as connection, engine.connect() as plain:
        await prepared((await connection.get_raw_connection()).driver_connection, "binary")
        for family, kind, query, table in work.items():
            rows = await (plain if family == "record of plain fields" else connection).execute(sqlalchemy.text(query.replace(":", "\\:").replace("\\:\\:", "::")))
            values = [row.v for row in rows]
            work.answer(family, [shown(value, FIELDS.get(family), kind) for value in values])
            if table != "-" and values:
                await connection.execute(sqlalchemy.text(f"INSERT INTO {table} VALUES (:i, CAST(:v AS {kind}))"), [{"i": i, "v": value} for i, value in enumerate(values)])
        await connection.commit()
    await engine.dispose()


host, port, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
asyncio.run(with_sqlalchemy(host, port) if mode == "sqlalchemy" else with_asyncpg(host, port, mode))
