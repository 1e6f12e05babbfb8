"""Talks Flight SQL with grpcio and protobuf written by hand: python3 flight_grpc.py HOST:PORT. Prints what is wrong, or "all checks passed"."""
import base64
import struct
import sys
import threading
import time

import grpc

SERVICE = '/arrow.flight.protocol.FlightService/'
PREFIX = b'type.googleapis.com/arrow.flight.protocol.sql.'


def varint(number):
    out = b''
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(message):
    """Pairs of number and value: bytes, or an integer for varints."""
    at, found = 0, []

    def read():
        nonlocal at
        number = shift = 0
        while True:
            byte = message[at]
            at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    while at < len(message):
        tag = read()
        if tag & 7 == 0:
            found.append((tag >> 3, read()))
        elif tag & 7 == 2:
            length = read()
            found.append((tag >> 3, message[at:at + length]))
            at += length
        elif tag & 7 == 1:
            found.append((tag >> 3, message[at:at + 8]))
            at += 8
        else:
            raise ValueError(f'wire type {tag & 7}')
    return found


def first(message, number):
    return next((value for tag, value in fields(message) if tag == number), None)


def packed(name, body):
    return field(1, PREFIX + name.encode()) + (field(2, body) if body else b'')


def query(sql):
    return packed('CommandStatementQuery', field(1, sql.encode()))


def descriptor(command):
    return varint(1 << 3) + varint(2) + field(2, command)


class Client:
    def __init__(self, target, metadata=()):
        self.channel = grpc.insecure_channel(target, options=[('grpc.max_receive_message_length', 4 << 20)])
        self.metadata = list(metadata)

    def _call(self, kind, name):
        return getattr(self.channel, kind)(SERVICE + name, lambda data: data, lambda data: data)

    def info(self, command, **options):
        return self._call('unary_unary', 'GetFlightInfo')(descriptor(command), metadata=self.metadata, **options)

    def info_with_headers(self, command):
        answer, call = self._call('unary_unary', 'GetFlightInfo').with_call(descriptor(command), metadata=self.metadata)
        return answer, dict(call.initial_metadata())

    def get(self, ticket, **options):
        return self._call('unary_stream', 'DoGet')(field(1, ticket), metadata=self.metadata, **options)

    def act(self, name, body=b''):
        return [first(result, 1) for result in self._call('unary_stream', 'DoAction')(field(1, name.encode()) + field(2, body), metadata=self.metadata)]

    def handshake(self):
        call = self._call('stream_stream', 'Handshake')(iter([b'']), metadata=self.metadata)
        answers = list(call)
        return answers, dict(call.initial_metadata()), dict(call.trailing_metadata())

    def read(self, sql):
        info = self.info(query(sql))
        return list(self.get(ticket_of(info)))


def ticket_of(info):
    return first(first(first(info, 3), 1), 1)


def rows_of(message):
    """Rows of a record batch message, from its flatbuffer."""
    header = first(message, 2)
    root = struct.unpack_from('<I', header, 0)[0]

    def slot(table, index):
        vtable = table - struct.unpack_from('<i', header, table)[0]
        size = struct.unpack_from('<H', header, vtable)[0]
        offset = struct.unpack_from('<H', header, vtable + 4 + 2 * index)[0] if 4 + 2 * index < size else 0
        return table + offset if offset else None

    if header[slot(root, 1)] != 3:
        return 0
    at = slot(root, 2)
    batch = at + struct.unpack_from('<I', header, at)[0]
    length = slot(batch, 0)
    return struct.unpack_from('<q', header, length)[0] if length else 0


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def expect_error(code, call, text=''):
    try:
        call()
    except grpc.RpcError as error:
        expect(error.code() == code and text in error.details(), f'expected {code} {text!r}, came {error.code()} {error.details()!r}')
        return error
    raise AssertionError(f'expected {code} {text!r}, but the call succeeded')


def check_login(target):
    client = Client(target, [('authorization', 'Basic ' + base64.b64encode(b'ann:secret').decode())])
    answers, header, trailer = client.handshake()
    expect(len(answers) == 1 and header['authorization'].startswith('Bearer '), f'no token: {header}')
    expect(header['authorization'] == trailer['authorization'], 'header and trailer differ')
    client.metadata = [('authorization', header['authorization'])]
    expect(sum(map(rows_of, client.read('SELECT 1 UNION ALL SELECT 2'))) == 2, 'two rows')
    client.metadata = [('authorization', 'Bearer nonsense')]
    expect_error(grpc.StatusCode.UNAUTHENTICATED, lambda: client.info(query('SELECT 1')), 'log in again')


def check_cookie(target):
    client = Client(target)
    _, headers = client.info_with_headers(query("SET application_name = 'kept by cookie'"))
    name, _, value = headers['set-cookie'].split(';')[0].partition('=')
    expect(name == 'arrow_flight_session_id', f'cookie {name}')
    other = Client(target, [('cookie', f'a=b; {name}={value}')])
    expect(b'kept by cookie' in b''.join(other.read('SHOW application_name')), 'the cookie does not name the session')
    expect(b'kept by cookie' not in b''.join(Client(target).read('SHOW application_name')), 'sessions are not apart')


def check_sizes(target):
    messages = Client(target).read("SELECT n, repeat('x', 1000) AS wide FROM generate_series(1, 20000) AS g(n)")
    expect(sum(map(rows_of, messages)) == 20000, 'rows are missing')
    expect(max(map(len, messages)) < 2200000, f'a message of {max(map(len, messages))} bytes')


def check_errors(target):
    client = Client(target)
    error = expect_error(grpc.StatusCode.INVALID_ARGUMENT, lambda: client.info(query('SELEC 1')), 'syntax error at or near "SELEC" [42601]')
    expect(dict(error.trailing_metadata())['sqlstate'] == '42601', 'no sqlstate in the trailers')
    expect_error(grpc.StatusCode.UNIMPLEMENTED, lambda: client.act('Unknown'), 'action Unknown')
    expect_error(grpc.StatusCode.UNIMPLEMENTED, lambda: client.info(packed('CommandUnknown', b'')), 'CommandUnknown')
    expect_error(grpc.StatusCode.INVALID_ARGUMENT, lambda: list(client.get(ticket_of(client.info(query('SELECT 1 / (n - 9) FROM generate_series(1, 10) g(n)'))))), 'division by zero')


def check_cancel(target):
    client = Client(target)
    endless = 'SELECT count(*) FROM generate_series(1, 100000) a(x), generate_series(1, 100000) b(y), generate_series(1, 100000) c(z) WHERE x + y + z = 7'
    info = client.info(query(endless))
    stream = client.get(ticket_of(info))
    timer = threading.Timer(0.5, lambda: client.act('CancelFlightInfo', field(1, info)))
    timer.start()
    expect_error(grpc.StatusCode.CANCELLED, lambda: list(stream), '57014')
    started = time.monotonic()
    expect_error(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: list(client.get(ticket_of(client.info(query(endless))), timeout=0.5)))
    expect(time.monotonic() - started < 30, 'the deadline was not kept')


def check_prepared(target):
    client = Client(target)
    body = client.act('CreatePreparedStatement', packed('ActionCreatePreparedStatementRequest', field(1, b'SELECT n FROM generate_series(1, 3) AS g(n)')))[0]
    result = first(body, 2)
    handle = first(result, 1)
    expect(first(result, 2) and first(result, 3) is not None, 'schemas are missing')
    command = packed('CommandPreparedStatementQuery', field(1, handle))
    for _ in range(3):
        expect(sum(map(rows_of, client.get(ticket_of(client.info(command))))) == 3, 'three rows')
    client.act('ClosePreparedStatement', packed('ActionClosePreparedStatementRequest', field(1, handle)))
    expect_error(grpc.StatusCode.NOT_FOUND, lambda: client.info(command), 'prepared statement')


def main(target):
    for check in (check_login, check_cookie, check_sizes, check_errors, check_cancel, check_prepared):
        try:
            check(target)
        except Exception as error:
            print(f'{check.__name__}: {error!r}')
            return 1
    print('all checks passed')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
