using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.Security;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire;

/// <summary>The bytes of a connection, in the clear or inside TLS.</summary>
internal sealed class PgTransport : IAsyncDisposable
{
    /// <summary>Name of the protocol in TLS's ALPN, as IANA registered it.</summary>
    private static readonly SslApplicationProtocol Postgresql = new("postgresql");

    /// <summary>How long a client may take to hear that TLS ends.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    private readonly ConnectionContext _connection;
    private SslStream? _tls;
    private IDuplexPipe? _pipes;

    public PgTransport(ConnectionContext connection)
    {
        _connection = connection;
        Messages = new MessageStream(connection.Transport.Input);
        Writer = new PgWriter(connection.Transport.Output);
    }

    public MessageStream Messages { get; private set; }

    public PgWriter Writer { get; private set; }

    public bool IsEncrypted => _tls != null;

    /// <summary>What it is encrypted with; null in the clear.</summary>
    public TlsFacts? Tls => _tls == null ? null : new TlsFacts(_tls.SslProtocol, _tls.NegotiatedCipherSuite);

    /// <summary>The certificate that the client was shown; null in the clear.</summary>
    public X509Certificate? Certificate => _tls?.LocalCertificate;

    /// <summary>Who the client is by its certificate; null: it showed none.</summary>
    public ClientIdentity? Identity { get; private set; }

    /// <summary>Goes on inside TLS.</summary>
    /// <param name="certificate">Shown to the client.</param>
    /// <param name="asked">The client's certificate that is asked for; null: none.</param>
    /// <param name="isDirect">The client began with TLS instead of asking for it: then it must name the protocol by ALPN.</param>
    /// <param name="cancellation">The client is gone, or took too long.</param>
    /// <exception cref="Parser.Errors.QueryException">08P01: direct TLS without ALPN.</exception>
    /// <exception cref="IOException">No handshake came about; nobody is left to tell.</exception>
    public async Task EncryptAsync(ServerCertificate certificate, ClientCertificates? asked, bool isDirect, CancellationToken cancellation)
    {
        Messages.Leave();
        SslServerAuthenticationOptions handshake = certificate.ForHandshake(Postgresql);
        asked?.AddTo(handshake, identity => Identity = identity);
        var tls = new SslStream(new PipeStream(_connection.Transport), false);
        try
        {
            await tls.AuthenticateAsServerAsync(handshake, cancellation).ConfigureAwait(false);
        }
        catch (AuthenticationException error)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new IOException($"TLS handshake failed: {error.GetBaseException().Message}", error);
        }

        _tls = tls;
        TlsRecordBuffers.ReleaseWhenIdle(tls);

        // Idle connections hold no read buffer: zero-byte reads wait for data without one.
        PipeReader input = PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        PipeWriter output = PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true));
        _pipes = new Pipes(input, output);
        Messages = new MessageStream(input);
        Writer = new PgWriter(output);
        if (isDirect && tls.NegotiatedApplicationProtocol != Postgresql)
        {
            throw PgErrors.NoAlpn();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Writer.Release();
        if (_tls == null)
        {
            return;
        }

        try
        {
            if (!_connection.ConnectionClosed.IsCancellationRequested)
            {
                await _tls.ShutdownAsync().WaitAsync(FarewellTimeout).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or TimeoutException or ConnectionResetException or OperationCanceledException)
        {
            // The client left first.
        }

        await _pipes!.Input.CompleteAsync().ConfigureAwait(false);
        try
        {
            await _pipes.Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or ConnectionResetException)
        {
            // What was left to write has nobody to read it.
        }

        await _tls.DisposeAsync().ConfigureAwait(false);
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Both directions of a connection as one stream.</summary>
    private sealed class PipeStream(IDuplexPipe pipes) : Stream
    {
        private readonly Stream _input = pipes.Input.AsStream(true);
        private readonly Stream _output = pipes.Output.AsStream(true);

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _input.ReadAsync(buffer, offset, count, cancellationToken);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer, offset, count);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _output.WriteAsync(buffer, offset, count, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

        public override void Flush() => _output.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
