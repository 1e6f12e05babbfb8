using System.Collections.Frozen;

namespace SqlCluster.Flight.Http2;

/// <summary>The fields that both sides know by number (RFC 7541, appendix A).</summary>
internal static class HpackStaticTable
{
    /// <summary>Numbers begin at 1: the first field's is 1.</summary>
    public static readonly HeaderField[] Fields = Create();

    private static readonly FrozenDictionary<HeaderField, int> ByField = Fields.Select(static (field, index) => KeyValuePair.Create(field, index + 1)).ToFrozenDictionary();

    private static readonly FrozenDictionary<string, int> ByName =
        Fields.Select(static (field, index) => (field.Name, Number: index + 1)).DistinctBy(static field => field.Name).ToFrozenDictionary(static field => field.Name, static field => field.Number, StringComparer.Ordinal);

    public static int Count => Fields.Length;

    /// <summary>The number of a field with this name and value; 0: none.</summary>
    public static int Find(HeaderField field) => ByField.GetValueOrDefault(field);

    /// <summary>The lowest number of a field with this name; 0: none.</summary>
    public static int FindName(string name) => ByName.GetValueOrDefault(name);

    private static HeaderField[] Create()
    {
        const string Texts = """
            :authority
            :method GET
            :method POST
            :path /
            :path /index.html
            :scheme http
            :scheme https
            :status 200
            :status 204
            :status 206
            :status 304
            :status 400
            :status 404
            :status 500
            accept-charset
            accept-encoding gzip, deflate
            accept-language
            accept-ranges
            accept
            access-control-allow-origin
            age
            allow
            authorization
            cache-control
            content-disposition
            content-encoding
            content-language
            content-length
            content-location
            content-range
            content-type
            cookie
            date
            etag
            expect
            expires
            from
            host
            if-match
            if-modified-since
            if-none-match
            if-range
            if-unmodified-since
            last-modified
            link
            location
            max-forwards
            proxy-authenticate
            proxy-authorization
            range
            referer
            refresh
            retry-after
            server
            set-cookie
            strict-transport-security
            transfer-encoding
            user-agent
            vary
            via
            www-authenticate
            """;
        return [.. Texts.Split('\n').Select(static line => line.TrimEnd('\r').Split(' ', 2)).Select(static parts => new HeaderField(parts[0], parts.Length > 1 ? parts[1] : ""))];
    }
}
