using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Server.FlightSql.Metadata;

/// <summary>The answer of a metadata command: exactly the columns that the specification names, with few rows that are all there at once.</summary>
/// <param name="Schema">Names, types and nullability.</param>
/// <param name="Rows">Values in the forms of <see cref="VectorValues"/>; null is NULL.</param>
internal sealed record MetadataTable(ArrowSchema Schema, IReadOnlyList<object?[]> Rows)
{
    /// <summary>The rows as one batch, whose buffers live as long as the account.</summary>
    public Batch ToBatch(MemoryAccount account) =>
        new([.. Schema.Fields.Select((field, index) => VectorBuilder.Of(field.Type, account, Rows.Select(row => row[index])))], Rows.Count);
}
