using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions;

/// <summary>A vector of one nested value, made from literals.</summary>
internal sealed class NestedLiteral : IDisposable
{
    private readonly List<ResultColumn> _columns = [];
    private readonly NativeBuffer? _offsets;

    public NestedLiteral(SqlType type, NodeList<Literal> items, MemoryAccount account)
    {
        if (type.Kind == TypeKind.Row)
        {
            Vector[] fields = [.. items.Select((item, i) => Column(type.Fields![i].Type, [item], account))];
            Vector = new StructVector(ArrowTypes.Of(type), 1, fields);
            return;
        }

        SqlType element = type.Kind == TypeKind.Array ? type.Element! : LiteralVectors.EntryType(type);
        _offsets = NativeBuffer.Allocate(8, account);
        _offsets.Span<int>(0, 2)[0] = 0;
        _offsets.Span<int>(0, 2)[1] = items.Count;
        Vector = new ListVector(ArrowTypes.Of(type), 1, _offsets, Column(element, items, account));
    }

    public Vector Vector { get; }

    public void Dispose()
    {
        _offsets?.Release();
        foreach (ResultColumn column in _columns)
        {
            column.Dispose();
        }
    }

    private Vector Column(SqlType type, NodeList<Literal> items, MemoryAccount account)
    {
        var column = new ResultColumn(type, account);
        _columns.Add(column);
        column.Start(items.Count);
        for (int i = 0; i < items.Count; i++)
        {
            column.MoveTo(i);
            LiteralVectors.Set(column, items[i]);
        }

        return column.Build();
    }
}
