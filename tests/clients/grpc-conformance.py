"""Calls the test server's gRPC methods with Python's grpcio and checks what comes back.

Usage: grpc-conformance.py TARGET [CERTIFICATE]    (with a certificate: TLS, and the certificate is what to trust)
Prints "ok NAME" for each check, ends with an exception at the first that fails.
"""
import sys
import threading
import time

import grpc

SERVICE = "/test.Calls/"
HEALTH = "/grpc.health.v1.Health/"


def varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def ticket(content):
    """A Ticket message: field 1, bytes."""
    return b"" if not content else b"\x0a" + varint(len(content)) + content


def content(message):
    """The content of a Ticket message."""
    if not message:
        return b""
    assert message[0] == 0x0A
    at, length, shift = 1, 0, 0
    while True:
        byte = message[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    assert len(message) == at + length
    return message[at:]


def connect(target, certificate, options=()):
    options = list(options) + [("grpc.enable_retries", 0)]
    if certificate is None:
        return grpc.insecure_channel(target, options=options)
    with open(certificate, "rb") as file:
        credentials = grpc.ssl_channel_credentials(root_certificates=file.read())
    return grpc.secure_channel(target, credentials, options=options + [("grpc.ssl_target_name_override", "localhost")])


def fails(code, call):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, f"{error.code()} instead of {code}: {error.details()}"
        return error
    raise AssertionError(f"no error, {code} was expected")


def main(target, certificate):
    channel = connect(target, certificate)
    large = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    unary = lambda method, over=channel: over.unary_unary(SERVICE + method)

    # unary: metadata with binary values, trailers, deadline
    response, call = unary("Echo").with_call(ticket(b"hello"), timeout=50, metadata=[("x-in-bin", b"\x00\x01\xfe"), ("x-many", "a"), ("x-many", "b")])
    initial, trailing = dict(call.initial_metadata()), dict(call.trailing_metadata())
    assert content(response) == b"hello"
    assert initial["x-out-bin"] == b"\x00\x01\xfe", initial
    # gRPC Core rounds a timeout up to three digits.
    assert 49000 < int(initial["x-deadline"]) <= 50500, initial
    assert "grpc-python" in initial["x-agent"], initial
    assert initial["x-many"] in ("a|b", "a,b"), initial
    assert trailing["x-trailer"] == "behind" and trailing["x-trailer-bin"] == b"\x00\x01\xfe", trailing
    print("ok unary")

    # every status, trailers-only
    for code in grpc.StatusCode:
        number = code.value[0]
        if number > 0:
            error = fails(code, lambda: unary("Fail")(ticket(str(number).encode())))
            assert error.details() == "ошибка 100% bad\n", error.details()
            assert dict(error.trailing_metadata())["x-detail-bin"] == b"\x01\x02\xff"
    print("ok statuses")

    # server streaming, and an error behind messages
    messages = list(channel.unary_stream(SERVICE + "Stream")(ticket(b"100 10000")))
    assert len(messages) == 100 and all(len(content(message)) == 10000 for message in messages)
    got = []
    stream = channel.unary_stream(SERVICE + "Stream")(ticket(b"5 100000 fail"))
    error = fails(grpc.StatusCode.ABORTED, lambda: got.extend(stream))
    assert error.details() == "in mid-stream"
    print("ok server streaming")

    # client streaming
    response = channel.stream_unary(SERVICE + "Count")(ticket(bytes(9996)) for _ in range(200))
    assert content(response) == b"200 1999800", content(response)   # a Ticket of 9,996 bytes is a message of 9,999
    print("ok client streaming")

    # duplex, strictly alternating
    turn = threading.Semaphore(1)

    def questions():
        for number in range(50):
            turn.acquire()
            yield ticket(b"message %d" % number)

    answers = 0
    for answer in channel.stream_stream(SERVICE + "Duplex")(questions()):
        assert content(answer) == b"message %d" % answers
        answers += 1
        turn.release()
    assert answers == 50
    error = fails(grpc.StatusCode.FAILED_PRECONDITION, lambda: list(channel.stream_stream(SERVICE + "Duplex")(iter([ticket(b"stop")]))))
    assert error.details() == "stopped as asked"
    print("ok duplex")

    # deadline and cancellation
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: unary("Hang")(ticket(b"python-deadline"), timeout=0.3))
    future = unary("Hang").future(ticket(b"python-cancel"))
    time.sleep(0.3)
    future.cancel()
    assert future.cancelled()
    stream = channel.unary_stream(SERVICE + "Stream")(ticket(b"1000000 100000"))
    next(stream)
    stream.cancel()
    fails(grpc.StatusCode.CANCELLED, lambda: list(stream))
    print("ok deadline and cancellation")

    # gzip in both directions
    gzip = connect(target, certificate, [("grpc.default_compression_algorithm", grpc.Compression.Gzip.value if hasattr(grpc.Compression.Gzip, "value") else 2)])
    response, call = gzip.unary_unary(SERVICE + "Echo").with_call(ticket(b"a" * 100000), metadata=[("x-gzip", "1")], compression=grpc.Compression.Gzip)
    assert content(response) == b"a" * 100000
    messages = list(gzip.unary_stream(SERVICE + "Stream")(ticket(b"3 100000"), metadata=[("x-gzip", "1")]))
    assert [len(content(message)) for message in messages] == [100000] * 3
    print("ok gzip")

    # large messages, and limits on both sides
    wide = connect(target, certificate, large)
    assert len(content(unary("Echo", wide)(ticket(bytes(20 << 20))))) == 20 << 20
    error = fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: unary("Echo", wide)(ticket(bytes(65 << 20))))
    assert "message too large" in error.details(), error.details()
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: unary("Echo")(ticket(bytes(5 << 20))))   # grpcio takes 4 MB by default
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: unary("Nothing")(b""))
    fails(grpc.StatusCode.UNAUTHENTICATED, lambda: unary("Echo")(b"", metadata=[("x-stranger", "1")]))
    print("ok limits")

    # health: Check and the first answer of Watch, status SERVING
    assert channel.unary_unary(HEALTH + "Check")(b"") == b"\x08\x01"
    watch = channel.unary_stream(HEALTH + "Watch")(b"")
    assert next(watch) == b"\x08\x01"
    watch.cancel()
    fails(grpc.StatusCode.NOT_FOUND, lambda: channel.unary_unary(HEALTH + "Check")(b"\x0a\x01x"))
    print("ok health")

    # many calls at once on one connection
    futures = [unary("Echo").future(ticket(b"call %d" % number)) for number in range(500)]
    assert [content(future.result()) for future in futures] == [b"call %d" % number for number in range(500)]
    print("ok many calls")

    # frequent keep-alive pings are allowed (every 10 s by the requirement; here as fast as grpcio goes)
    eager = connect(target, certificate, [("grpc.keepalive_time_ms", 1000), ("grpc.keepalive_permit_without_calls", 1), ("grpc.http2.max_pings_without_data", 0)])
    unary("Echo", eager)(ticket(b"x"))
    time.sleep(2.5)
    assert content(unary("Echo", eager)(ticket(b"x"))) == b"x"
    print("ok keep-alive")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
