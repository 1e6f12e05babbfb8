using System.Net;
using System.Net.Http.Headers;
using SqlCluster.Flight.Http2;

namespace SqlCluster.Flight.Grpc;

/// <summary>Where a response comes from: the framework's HTTP client, or the bulk reader.</summary>
internal abstract class ResponseSource : IDisposable
{
    public abstract Metadata Headers { get; }

    public abstract Stream Body { get; }

    /// <summary>Complete at the end of <see cref="Body"/>.</summary>
    public abstract Metadata Trailers { get; }

    public abstract void Dispose();

    /// <exception cref="GrpcStatusException">The answer is not gRPC.</exception>
    protected static void Check(int httpStatus, Metadata headers)
    {
        if (headers["grpc-status"] != null)
        {
            return;   // a status says more than HTTP's
        }

        if (httpStatus != (int)HttpStatusCode.OK)
        {
            throw GrpcErrors.NotGrpc(httpStatus);
        }

        if (headers["content-type"] is not { } type || !type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase))
        {
            throw GrpcErrors.NotGrpc(headers["content-type"] ?? "none");
        }

        if (!MessageEncoding.IsKnown(headers["grpc-encoding"]))
        {
            throw GrpcErrors.UnknownEncoding(headers["grpc-encoding"]!);
        }
    }

    internal sealed class FromHttp : ResponseSource
    {
        private readonly HttpResponseMessage _response;
        private Metadata? _trailers;

        public FromHttp(HttpResponseMessage response, Stream body)
        {
            _response = response;
            Body = body;
            Headers = ToMetadata(response.Headers);
            Headers.AddRange(ToMetadata(response.Content.Headers));
            Check((int)response.StatusCode, Headers);
        }

        public override Metadata Headers { get; }

        public override Stream Body { get; }

        public override Metadata Trailers => _trailers ??= ToMetadata(_response.TrailingHeaders);

        public override void Dispose() => _response.Dispose();

        private static Metadata ToMetadata(HttpHeaders headers)
        {
            var metadata = new Metadata();
            foreach ((string name, HeaderStringValues values) in headers.NonValidated)
            {
                foreach (string value in values)
                {
                    metadata.Add(name, value);
                }
            }

            return metadata;
        }
    }

    internal sealed class FromBulk : ResponseSource
    {
        private readonly BulkStream _stream;
        private Metadata? _trailers;

        public FromBulk(BulkStream stream)
        {
            _stream = stream;
            Headers = ToMetadata(stream.Headers);
            Check(stream.HttpStatus, Headers);
        }

        public override Metadata Headers { get; }

        public override Stream Body => _stream;

        public override Metadata Trailers => _trailers ??= ToMetadata(_stream.Trailers);

        public override void Dispose() => _stream.Dispose();

        private static Metadata ToMetadata(IReadOnlyList<HeaderField> fields)
        {
            var metadata = new Metadata();
            foreach (HeaderField field in fields)
            {
                metadata.Add(field.Name, field.Value);
            }

            return metadata;
        }
    }
}
