namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Names what Arrow's types do not tell, as Arrow's canonical extension types do.</summary>
public static class ParquetFieldMetadata
{
    internal const string ExtensionKey = "ARROW:extension:name";
    internal const string JsonExtension = "arrow.json";

    /// <summary>Metadata of a text field that holds JSON.</summary>
    public static IReadOnlyDictionary<string, string> Json { get; } = new Dictionary<string, string> { [ExtensionKey] = JsonExtension };
}
