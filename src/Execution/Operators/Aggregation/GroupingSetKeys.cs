using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Aggregation;

/// <summary>The key columns of each grouping set: its own keys, nulls for the others, then the set's position.</summary>
internal sealed class GroupingSetKeys : IDisposable
{
    private readonly bool[][] _contains;
    private readonly Vector[] _nulls;
    private readonly Vector[] _positions;
    private readonly ColumnAppender[] _owners;

    public GroupingSetKeys(NodeList<Expression> keys, NodeList<NodeList<int>> sets, MemoryAccount account)
    {
        _contains = [.. sets.Select(set => Members(set, keys.Count))];
        HasEmptySet = sets.Any(static set => set.IsEmpty);
        var owners = new List<ColumnAppender>();
        _nulls = [.. keys.Select(key =>
        {
            ColumnAppender owner = ColumnAppender.Create(ArrowTypes.Of(key.Type), account);
            owners.Add(owner);
            owner.AppendNulls(1);
            return owner.Build();
        })];
        _positions = new Vector[sets.Count];
        for (int set = 0; set < _positions.Length; set++)
        {
            NativeBuffer value = NativeBuffer.AllocateZeroed(8, account);
            value.Span<long>(0, 1)[0] = set;
            _positions[set] = new FixedVector(ArrowType.Int64, 1, value);
        }

        _owners = [.. owners];
    }

    public int Count => _contains.Length;

    private static bool[] Members(NodeList<int> set, int keys)
    {
        var contains = new bool[keys];
        foreach (int key in set)
        {
            contains[key] = true;
        }

        return contains;
    }

    /// <summary>By set and key: whether the key is of the set.</summary>
    public bool[][] Contains => _contains;

    public bool HasEmptySet { get; }

    /// <summary>Whether a set has no key.</summary>
    public bool IsEmpty(int set) => !Array.Exists(_contains[set], static contains => contains);

    public Vector[] Keys(Vector[] keys, int set, int length)
    {
        var result = new Vector[keys.Length + 1];
        for (int i = 0; i < keys.Length; i++)
        {
            result[i] = _contains[set][i] ? keys[i] : new ConstantVector(_nulls[i], length);
        }

        result[^1] = new ConstantVector(_positions[set], length);
        return result;
    }

    /// <summary>One row: the group of a set without keys.</summary>
    public Vector[] NullKeys(int set) => [.. _nulls.Select(static value => new ConstantVector(value, 1)), new ConstantVector(_positions[set], 1)];

    public void Dispose()
    {
        foreach (ColumnAppender owner in _owners)
        {
            owner.Dispose();
        }

        foreach (Vector position in _positions)
        {
            position.Release();
        }
    }
}
