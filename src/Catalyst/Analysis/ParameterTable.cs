using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Analysis;

/// <summary>Types of a statement's parameters: declared by the client or decided by the first context that needs one.</summary>
internal sealed class ParameterTable
{
    private readonly List<SqlType> _types = [];

    public ParameterTable(IReadOnlyList<SqlType?> declared)
    {
        foreach (SqlType? type in declared)
        {
            _types.Add(type ?? SqlType.Unknown);
        }
    }

    /// <summary>Whether a parameter was referenced before its type was known, so that the plan has to be gone through once more.</summary>
    public bool HasLooseReferences { get; set; }

    /// <summary>The type, unknown as long as nothing decides.</summary>
    public SqlType this[int index]
    {
        get
        {
            while (_types.Count < index)
            {
                _types.Add(SqlType.Unknown);
            }

            return _types[index - 1];
        }

        set => _types[index - 1] = value;
    }

    /// <summary>All types; those nothing decided are text.</summary>
    public NodeList<SqlType> Resolved => [.. _types.Select(static type => type.Kind == TypeKind.Unknown ? SqlType.Text : type)];
}
