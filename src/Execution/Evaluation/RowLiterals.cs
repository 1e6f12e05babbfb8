using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Evaluation;

/// <summary>A batch's values as literals: for the few rows that the server itself reads, not for bulk transfer.</summary>
public static class RowLiterals
{
    /// <param name="batch">A batch of an execution.</param>
    /// <param name="row">Row of the vectors, not of the selection.</param>
    /// <param name="types">SQL types of the columns.</param>
    public static Literal[] Read(Batch batch, int row, IReadOnlyList<SqlType> types)
    {
        var values = new Literal[types.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = LiteralVectors.ToLiteral(batch.Columns[i], row, types[i]);
        }

        return values;
    }
}
