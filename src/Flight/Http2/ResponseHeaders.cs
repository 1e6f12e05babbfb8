using System.Globalization;

namespace SqlCluster.Flight.Http2;

/// <summary>The header blocks of one response: status and headers, then perhaps trailers (RFC 9113, 8.1 and 8.3).</summary>
internal sealed class ResponseHeaders
{
    public int HttpStatus { get; private set; }

    /// <summary>Without pseudo-headers; null before they came.</summary>
    public IReadOnlyList<HeaderField>? Headers { get; private set; }

    public IReadOnlyList<HeaderField> Trailers { get; private set; } = [];

    /// <summary>Takes in a decoded block.</summary>
    /// <exception cref="Http2ProtocolException">Not what may come at this place.</exception>
    public void Add(List<HeaderField> fields, bool endsStream)
    {
        int lastPseudo = fields.FindLastIndex(static field => field.Name.StartsWith(':'));
        if (fields.Exists(static field => field.Name.AsSpan().ContainsAnyInRange('A', 'Z')))
        {
            throw Http2Errors.BadResponse("upper-case letters in a header's name");
        }

        if (Headers != null)
        {
            Trailers = endsStream && lastPseudo < 0 ? fields : throw Http2Errors.BadResponse("trailers that do not end the stream, or with pseudo-headers");
            return;
        }

        string? status = fields is [{ Name: ":status" } first, ..] ? first.Value : null;
        if (lastPseudo != 0 || status is not { Length: 3 } || !int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 100)
        {
            throw Http2Errors.BadResponse("no :status alone before the headers");
        }

        if (number >= 200)
        {
            HttpStatus = number;
            Headers = fields[1..];
        }
        else if (endsStream)
        {
            throw Http2Errors.BadResponse("an interim response ends the stream");
        }
    }
}
