namespace SqlCluster.Generators.Tpch.Writing;

/// <summary>How rows look as text.</summary>
internal enum TextDialect
{
    /// <summary>As dbgen prints: a bar behind every field.</summary>
    Tbl,

    /// <summary>RFC 4180: a header, commas between fields, quotes around texts that hold a comma. No text of TPC-H holds a quote or a line break.</summary>
    Csv,
}
