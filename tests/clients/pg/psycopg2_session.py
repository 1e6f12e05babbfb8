"""Uses psycopg2 as applications do and prints a line for each finding. Argument: a libpq connection string."""
import io
import sys
import psycopg2
import psycopg2.extras

connection = psycopg2.connect(sys.argv[1])
print("encoding", connection.encoding)
with connection.cursor("named") as cursor:
    cursor.itersize = 7
    cursor.execute("SELECT i, %s || i FROM generate_series(1, 100) AS g(i) ORDER BY i", ("row ",))
    rows = list(cursor)
    print("named cursor", len(rows), rows[0], rows[-1])
with connection.cursor("scrolls", scrollable=True) as cursor:
    cursor.execute("SELECT i FROM generate_series(1, 10) AS g(i) ORDER BY i")
    cursor.scroll(4)
    first = cursor.fetchone()
    cursor.scroll(-3)
    print("scrollable cursor", first, cursor.fetchone())
connection.commit()
with connection.cursor("held", withhold=True) as cursor:
    cursor.execute("SELECT i FROM generate_series(1, 10) AS g(i) ORDER BY i")
    one = cursor.fetchone()
    connection.commit()
    print("held cursor", one, cursor.fetchmany(3))
with connection.cursor() as cursor:
    cursor.execute("CREATE TEMP TABLE t (a int, b text, c numeric(6,2), d date)")
    psycopg2.extras.execute_values(cursor, "INSERT INTO t VALUES %s", [(i, None if i == 3 else f"v'{i}", i / 4, None) for i in range(5)])
    cursor.copy_from(io.StringIO("10\tx\\ty\t1.5\t2024-01-02\n11\t\\N\t\\N\t\\N\n"), "t")
    cursor.copy_expert("COPY t FROM STDIN (FORMAT csv, HEADER)", io.StringIO("a,b,c,d\n12,\"q\"\"\",0,\n"))
    cursor.execute("SELECT * FROM t ORDER BY a")
    for row in cursor.fetchall():
        print(row)
    out = io.StringIO()
    cursor.copy_to(out, "t", columns=("a", "b"))
    print("copy to", len(out.getvalue().splitlines()))
    cursor.execute("SELECT %s::int[], %s, %s", ([1, 2, 3], True, b"\x00\xff"))
    row = cursor.fetchone()
    print("values", row[0], row[1], bytes(row[2]))
connection.commit()
try:
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY t FROM STDIN", io.StringIO("1\tx\t1\t\\N\nbad\tx\t1\t\\N\n"))
except psycopg2.Error as error:
    print(error.pgcode, error.diag.message_primary, "|", error.diag.context)
connection.rollback()
try:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1/0 FROM t")
except psycopg2.errors.DivisionByZero as error:
    print("division", error.pgcode, connection.info.transaction_status)
connection.rollback()
connection.set_session(isolation_level="SERIALIZABLE", readonly=True)
with connection.cursor() as cursor:
    cursor.execute("SHOW transaction_isolation")
    print(cursor.fetchone(), connection.notices)
connection.close()
