"""Shows a Flight SQL server certificates: python3 flight-mtls.py HOST:PORT AUTHORITY CERTIFICATE KEY. Prints "NAME: status, details" a call."""
import sys

import grpc

SERVICE = '/arrow.flight.protocol.FlightService/'
target, authority, certificate, key = sys.argv[1:]


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def call(name, credentials, metadata=()):
    options = [('grpc.ssl_target_name_override', 'localhost')]
    with grpc.secure_channel(target, credentials, options) as channel:
        handshake = channel.stream_stream(SERVICE + 'Handshake')(iter([b'']), metadata=metadata)
        try:
            payload = list(handshake)
            token = dict(handshake.trailing_metadata())['authorization']
            actions = list(channel.unary_stream(SERVICE + 'ListActions')(b'', metadata=[('authorization', token)]))
            print(f'{name}: OK, {len(payload)} payload, {"many" if len(actions) > 5 else "few"} actions')
        except grpc.RpcError as error:
            print(f'{name}: {error.code().name}, {error.details()}')


call('with', grpc.ssl_channel_credentials(read(authority), read(key), read(certificate)))
call('without', grpc.ssl_channel_credentials(read(authority)))
