"""The boundary values through asyncpg: boundary_asyncpg.py HOST PORT binary|text. What comes out is sent back as parameters."""
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


def shown(value, kinds=None):
    if isinstance(value, Parts):
        if value.kind == "interval":
            return work.interval(*value)
        return {"date": work.date, "time": work.time, "timestamp": work.timestamp, "timestamptz": lambda micros: work.timestamp(micros, "+00")}[value.kind](value[0])
    if isinstance(value, list):
        return "{" + ",".join(shown(item) if isinstance(item, list) else work.element(shown(item)) for item in value) + "}"
    if isinstance(value, (asyncpg.Record, tuple)):
        items = [of_kind(item, kind) for item, kind in zip(value, kinds)] if kinds else value
        return "(" + ",".join(work.field(shown(item)) for item in items) + ")"
    return work.text(value)


async def main():
    connection = await asyncpg.connect(host=sys.argv[1], port=int(sys.argv[2]), user="tester", database="sqlcluster", ssl=False)
    # Fields of records are not shown by codecs of one's own.
    plain = await asyncpg.connect(host=sys.argv[1], port=int(sys.argv[2]), user="tester", database="sqlcluster", ssl=False)
    mode = sys.argv[3]
    if mode == "binary":
        for kind in ("date", "time", "timestamp", "timestamptz", "interval"):
            await connection.set_type_codec(kind, schema="pg_catalog", format="tuple", encoder=tuple, decoder=lambda parts, kind=kind: Parts(kind, parts))
    else:
        for kind in ("bool", "int2", "int4", "int8", "float4", "float8", "numeric", "bytea", "date", "time", "timestamp", "timestamptz", "interval", "uuid", "json", "jsonb"):
            await connection.set_type_codec(kind, schema="pg_catalog", format="text", encoder=lambda value: value, decoder=lambda value: value)
    for family, kind, query, table in work.items():
        values = [record[0] for record in await (plain if family == "record of plain fields" else connection).fetch(query)]
        work.answer(family, [shown(value, FIELDS.get(family)) for value in values])
        if table != "-":
            for start in range(0, len(values), ROWS):
                batch = values[start:start + ROWS]
                rows = ", ".join(f"({start + i}, ${i + 1})" for i in range(len(batch)))
                await connection.execute(f"INSERT INTO {table} VALUES {rows}", *batch)
    await connection.close()
    await plain.close()


asyncio.run(main())
