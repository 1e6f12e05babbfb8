using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Analysis.Scopes;

/// <summary>A column that can be named: usually a plan column, after USING perhaps a merged expression.</summary>
internal sealed record ScopeColumn(string Name, Expression Value, RelationScope? Relation);

/// <summary>An item of FROM under its alias.</summary>
/// <param name="name">Alias or table name; null for a subquery without one.</param>
/// <param name="qualifiedName">Schema and table name when no alias hides them.</param>
internal sealed class RelationScope(string? name, IReadOnlyList<string> qualifiedName)
{
    public string? Name => name;

    public IReadOnlyList<string> QualifiedName => qualifiedName;

    /// <summary>The table's own name, where an alias hides it.</summary>
    public string? Hidden { get; init; }

    /// <summary>Whether an outer join may put nulls in place of its row.</summary>
    public bool MayBeMissing { get; set; }

    /// <summary>A function in FROM that returns single values: its name alone is the value, not a row.</summary>
    public bool IsScalarFunction { get; set; }

    public List<ScopeColumn> Columns { get; } = [];

    /// <summary>Columns that are found by name but are no part of * and of the whole row.</summary>
    public List<ScopeColumn> HiddenColumns { get; } = [];

    /// <summary>Adds a hidden plan column.</summary>
    public void AddHidden(Column column) => HiddenColumns.Add(new ScopeColumn(column.Name, new ColumnReference(column), this));

    /// <summary>Adds a plan column under a name.</summary>
    public void Add(string columnName, Column column) => Columns.Add(new ScopeColumn(columnName, new ColumnReference(column), this));
}

/// <summary>What FROM offers: relations for qualified names, and the columns that unqualified names and * see, in order.</summary>
internal sealed class FromScope(List<RelationScope> relations, List<ScopeColumn> columns)
{
    public static readonly FromScope Empty = new([], []);

    private const int IndexFrom = 12;
    private Dictionary<string, List<ScopeColumn>>? _byName;

    public IReadOnlyList<RelationScope> Relations => relations;

    /// <summary>Columns in the order of *; the merged ones of USING once.</summary>
    public IReadOnlyList<ScopeColumn> Columns => columns;

    public static FromScope Of(RelationScope relation) => new([relation], relation.Columns);

    /// <summary>Both sides' relations and columns, left first.</summary>
    public static FromScope Combine(FromScope left, FromScope right) =>
        left.Relations.Count == 0 && left.Columns.Count == 0 ? right
        : right.Relations.Count == 0 && right.Columns.Count == 0 ? left
        : new([.. left.Relations, .. right.Relations], [.. left.Columns, .. right.Columns]);

    /// <summary>All hidden columns of a name.</summary>
    public IReadOnlyList<ScopeColumn> FindHidden(string name) => [.. relations.SelectMany(relation => relation.HiddenColumns.FindAll(column => column.Name == name))];

    /// <summary>All columns of a name; more than one means that the name is ambiguous.</summary>
    public IReadOnlyList<ScopeColumn> Find(string name)
    {
        if (columns.Count < IndexFrom)
        {
            return columns.FindAll(column => column.Name == name);
        }

        if (_byName is null)
        {
            _byName = new Dictionary<string, List<ScopeColumn>>(StringComparer.Ordinal);
            foreach (ScopeColumn column in columns)
            {
                if (!_byName.TryGetValue(column.Name, out List<ScopeColumn>? same))
                {
                    _byName.Add(column.Name, same = []);
                }

                same.Add(column);
            }
        }

        return _byName.TryGetValue(name, out List<ScopeColumn>? found) ? found : [];
    }
}
