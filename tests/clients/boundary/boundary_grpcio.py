"""The boundary values through grpcio: boundary_grpcio.py HOST:PORT FOLDER. Lines come in as boundary_work.py says. Of each query the messages of DoGet become an Arrow stream in FOLDER,
which others read; where there is a table, the same messages go back by DoPut as parameters of an INSERT."""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from flight_grpc import Client, descriptor, field, first, packed, query, ticket_of    # noqa: E402

import boundary_work as work    # noqa: E402

CONTINUATION = 0xFFFFFFFF
HEADER, BODY = 2, 1000


def stream(messages):
    """FlightData as an Arrow stream: each header behind its length, padded to 8 bytes, then the body."""
    out = b""
    for message in messages:
        header = first(message, HEADER) or b""
        padded = header + bytes(-len(header) % 8)
        out += struct.pack("<II", CONTINUATION, len(padded)) + padded + (first(message, BODY) or b"")
    return out + struct.pack("<II", CONTINUATION, 0)


def insert(client, table, messages):
    """As what was read has it, in as many batches."""
    result = client.act("CreatePreparedStatement", packed("ActionCreatePreparedStatementRequest", field(1, f"INSERT INTO {table} VALUES ($1, $2)".encode())))[0]
    handle = field(1, first(first(result, 2), 1))
    command = field(1, descriptor(packed("CommandPreparedStatementUpdate", handle)))
    frames = [field(HEADER, first(message, HEADER)) + field(BODY, first(message, BODY) or b"") for message in messages if first(message, HEADER)]
    list(client._call("stream_stream", "DoPut")(iter([command + frames[0]] + frames[1:]), metadata=client.metadata))
    client.act("ClosePreparedStatement", packed("ActionClosePreparedStatementRequest", handle))


client = Client(sys.argv[1])
for number, (family, kind, text, table) in enumerate(work.items()):
    messages = list(client.get(ticket_of(client.info(query(text)))))
    pathlib.Path(sys.argv[2], f"{number}.arrows").write_bytes(stream(messages))
    if table != "-":
        insert(client, table, list(client.get(ticket_of(client.info(query(text.replace("SELECT v", "SELECT i, v")))))))
