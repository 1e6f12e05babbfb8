using System.Text;

namespace SqlCluster.Flight.Http2;

/// <summary>A header or trailer; the names of pseudo-headers begin with a colon.</summary>
internal readonly record struct HeaderField(string Name, string Value)
{
    /// <summary>Bytes as HPACK and SETTINGS_MAX_HEADER_LIST_SIZE count them (RFC 7541, 4.1).</summary>
    public int SizeBytes => Encoding.Latin1.GetByteCount(Name) + Encoding.Latin1.GetByteCount(Value) + 32;
}
