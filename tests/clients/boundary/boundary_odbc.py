"""The boundary values through psqlODBC and unixODBC's driver manager: boundary_odbc.py HOST PORT USE_DECLARE_FETCH. What comes out is sent back as parameters."""
import ctypes
import sys

import boundary_work as work

odbc = ctypes.CDLL("libodbc.so.2")
C_WCHAR, C_BINARY, WLONGVARCHAR, LONGVARBINARY, INPUT, NTS = -8, -2, -10, -4, 1, -3
CHUNK = 1 << 17
ROWS = 50


class Failed(Exception):
    pass


def check(code, kind, handle, what):
    if code in (0, 1, 100):
        return code
    state, native, text, length = ctypes.create_string_buffer(6), ctypes.c_int(), ctypes.create_string_buffer(1000), ctypes.c_short()
    odbc.SQLGetDiagRec(kind, handle, 1, state, ctypes.byref(native), text, 1000, ctypes.byref(length))
    raise Failed(f"{what}: {code} {state.value} {text.value}")


def allocated(kind, parent):
    handle = ctypes.c_void_p()
    check(odbc.SQLAllocHandle(kind, parent, ctypes.byref(handle)), kind, parent, "SQLAllocHandle")
    return handle


def connected(text):
    environment = allocated(1, None)
    odbc.SQLSetEnvAttr(environment, 200, ctypes.c_void_p(3), 0)
    connection = allocated(2, environment)
    check(odbc.SQLDriverConnect(connection, None, text.encode(), NTS, None, 0, None, 0), 2, connection, "SQLDriverConnect")
    return connection


def read(statement, kind):
    """The column of the current row, in as many pieces as it takes."""
    parts, buffer, indicator = b"", ctypes.create_string_buffer(CHUNK), ctypes.c_ssize_t()
    while True:
        code = check(odbc.SQLGetData(statement, 1, kind, buffer, CHUNK, ctypes.byref(indicator)), 3, statement, "SQLGetData")
        if indicator.value == -1:
            return None
        if code == 100:
            return parts
        room = CHUNK - (2 if kind == C_WCHAR else 0)
        parts += buffer.raw[:room if indicator.value == -4 or indicator.value > room else indicator.value]
        if code == 0:
            return parts


def values_of(connection, query, binary):
    statement = allocated(3, connection)
    check(odbc.SQLExecDirect(statement, query.encode(), NTS), 3, statement, query)
    values = []
    while check(odbc.SQLFetch(statement), 3, statement, "SQLFetch") != 100:
        value = read(statement, C_BINARY if binary else C_WCHAR)
        values.append(value)
    odbc.SQLFreeHandle(3, statement)
    return values


def write(connection, table, kind, values, binary):
    for start in range(0, len(values), ROWS):
        batch = values[start:start + ROWS]
        statement = allocated(3, connection)
        rows = ", ".join(f"({start + i}, ?::{kind})" for i in range(len(batch)))
        check(odbc.SQLPrepare(statement, f"INSERT INTO {table} VALUES {rows}".encode(), NTS), 3, statement, "SQLPrepare")
        kept = []
        for i, value in enumerate(batch):
            data, length = ctypes.create_string_buffer(value or b"", max(len(value or b""), 1)), ctypes.c_ssize_t(-1 if value is None else len(value))
            kept.append((data, length))
            check(odbc.SQLBindParameter(statement, i + 1, INPUT, C_BINARY if binary else C_WCHAR, LONGVARBINARY if binary else WLONGVARCHAR, max(len(value or b""), 1), 0, data, len(data), ctypes.byref(length)),
                  3, statement, "SQLBindParameter")
        check(odbc.SQLExecute(statement), 3, statement, f"{table}: {batch[:3]}")
        odbc.SQLFreeHandle(3, statement)


def shown(value, kind):
    if value is None:
        return None
    if kind == "bytea":
        return "\\x" + value.hex()
    text = value.decode("utf-16-le")
    # The driver's own words for these: 1 and 0, capitals, no zone.
    return {"1": "t", "0": "f"}[text] if kind == "boolean" else text.lower() if kind == "uuid" else text + "+00" if kind.startswith("timestamptz") and "[" not in kind else text


odbc.SQLDriverConnect.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_short, ctypes.c_void_p, ctypes.c_short, ctypes.c_void_p, ctypes.c_ushort]
odbc.SQLSetEnvAttr.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
odbc.SQLAllocHandle.argtypes = [ctypes.c_short, ctypes.c_void_p, ctypes.c_void_p]
odbc.SQLFreeHandle.argtypes = [ctypes.c_short, ctypes.c_void_p]
odbc.SQLGetDiagRec.argtypes = [ctypes.c_short, ctypes.c_void_p, ctypes.c_short, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_short, ctypes.c_void_p]
odbc.SQLExecDirect.argtypes = odbc.SQLPrepare.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
odbc.SQLFetch.argtypes = odbc.SQLExecute.argtypes = odbc.SQLDisconnect.argtypes = [ctypes.c_void_p]
odbc.SQLGetData.argtypes = [ctypes.c_void_p, ctypes.c_ushort, ctypes.c_short, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_void_p]
odbc.SQLBindParameter.argtypes = [ctypes.c_void_p, ctypes.c_ushort, ctypes.c_short, ctypes.c_short, ctypes.c_short, ctypes.c_size_t, ctypes.c_short, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_void_p]
host, port, fetch = sys.argv[1:]
connection = connected(f"Driver=PostgreSQL Unicode;Servername={host};Port={port};Database=sqlcluster;Username=tester;SSLmode=disable;UseDeclareFetch={fetch};Fetch=300;"
                       "UseServerSidePrepare=1;ByteaAsLongVarBinary=1;MaxLongVarcharSize=1000000;MaxVarcharSize=1000000;UnknownSizes=2")
for family, kind, query, table in work.items():
    values = values_of(connection, query, kind == "bytea")
    work.answer(family, [shown(value, kind) for value in values])
    if table != "-":
        write(connection, table, kind, values, kind == "bytea")
odbc.SQLDisconnect(connection)
