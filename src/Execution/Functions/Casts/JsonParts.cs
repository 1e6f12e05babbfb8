using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Which values are written as jsonb, wherever they are: for clients that do not know their types.</summary>
public enum JsonParts
{
    /// <summary>None: maps in DuckDB's spelling, rows in PostgreSQL's.</summary>
    None,
    Maps,
    MapsAndRows,
}

/// <summary>What belongs to them.</summary>
public static class JsonPartsExtensions
{
    /// <summary>Whether values of a type are written as jsonb.</summary>
    public static bool Includes(this JsonParts parts, SqlType type) => type.Kind switch
    {
        TypeKind.Map => parts != JsonParts.None,
        TypeKind.Row => parts == JsonParts.MapsAndRows,
        _ => false,
    };
}
