"""Uses asyncpg as applications do and prints a line for each finding. Arguments: host, port."""
import asyncio
import datetime
import decimal
import sys
import uuid
import asyncpg


async def main():
    where = dict(host=sys.argv[1], port=int(sys.argv[2]), user="tester", database="sqlcluster", ssl=False)
    connection = await asyncpg.connect(**where)
    statement = await connection.prepare("SELECT $1 + 1, $2::text, $3::numeric, $4::timestamptz, $5::uuid, $6::date, $7::bytea, $8::interval, $9::float8")
    moment = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)
    row = await statement.fetchrow(41, "x", decimal.Decimal("1.50"), moment, uuid.UUID(int=5), datetime.date(1999, 12, 31), b"\x00\xff", datetime.timedelta(hours=30), -0.5)
    print("prepared", *row)
    async with connection.transaction():
        rows = []
        async for record in connection.cursor("SELECT i FROM generate_series(1, 1000) AS g(i) ORDER BY i", prefetch=7):
            rows.append(record[0])
        print("cursor", len(rows), rows == sorted(rows))
        cursor = await connection.cursor("SELECT i FROM generate_series(1, 10) AS g(i) ORDER BY i")
        await cursor.forward(3)
        print("forward", [record[0] for record in await cursor.fetch(2)])
    await connection.execute("CREATE TEMP TABLE t (a int, b text, c numeric(8,2))")
    await connection.executemany("INSERT INTO t VALUES ($1, $2, $3)", [(i, f"v{i}", decimal.Decimal(i) / 4) for i in range(20)])
    print("copied", await connection.copy_records_to_table("t", records=[(100, "x", decimal.Decimal("9.99")), (101, None, None)]))
    print("rows", await connection.fetchval("SELECT count(*) FROM t WHERE a >= $1 AND b LIKE $2", 5, "v%"), await connection.fetchval("SELECT sum(c) FROM t"))
    try:
        await connection.fetch("SELECT count(*) FROM generate_series(1, 1000000) a(i), generate_series(1, 1000000) b(j) WHERE i * j % 7 = 3", timeout=0.3)
    except asyncio.TimeoutError:
        print("timed out and cancelled", await connection.fetchval("SELECT 1"))
    try:
        await connection.fetch("SELECT nosuch")
    except asyncpg.UndefinedColumnError as error:
        print("error", error.sqlstate)
    await connection.execute("CREATE TEMP TABLE rounded (a timestamp(2), b time(1), c timestamptz(0), d timestamp(1)[], e numeric(8,2), f numeric(6,1)[])")
    late = datetime.datetime(2024, 2, 29, 23, 59, 59, 996000)
    await connection.copy_records_to_table("rounded", records=[(late, late.time(), late.replace(tzinfo=datetime.timezone.utc), [late, None], decimal.Decimal("1.255"), [decimal.Decimal("0.25"), decimal.Decimal("7")])])
    print("rounded", await connection.fetchval("SELECT rounded::text FROM rounded"))
    await connection.execute("CREATE TEMP TABLE healed (a int)")
    await connection.execute("INSERT INTO healed VALUES (7)")
    before = await connection.fetchrow("SELECT * FROM healed")
    await connection.execute("ALTER TABLE healed ADD COLUMN b text")
    print("healed", dict(before), dict(await connection.fetchrow("SELECT * FROM healed")))
    print("dimensions", await connection.fetchrow("SELECT $1::int[], $2::text[]", [[1, 2], [3, None]], [[["a"]], [["b"]]]))
    print("inet", *await connection.fetchrow("SELECT $1::inet, $2::inet, $3::inet", "127.0.0.1", "::1", "10.0.0.0/8"))
    async with connection.transaction(isolation="serializable", readonly=True, deferrable=True):
        print("deferrable", await connection.fetchval("SHOW transaction_deferrable"), await connection.fetchval("SHOW transaction_read_only"))
    await connection.close()
    async with asyncpg.create_pool(min_size=1, max_size=2, **where) as pool:
        for i in range(4):
            async with pool.acquire() as pooled:
                print("pool", await pooled.fetchval("SELECT $1::int", i))


asyncio.run(main())
