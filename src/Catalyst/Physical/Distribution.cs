using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Physical;

/// <summary>How a planned node's rows are spread over the tasks of its stage.</summary>
internal enum DistributionKind
{
    /// <summary>No rule: scans hand out their splits as tasks ask.</summary>
    Any,
    /// <summary>By hash of <see cref="Distribution.Keys"/>.</summary>
    Hash,
    /// <summary>All rows in the stage's first task.</summary>
    Single,
}

/// <summary>One key of a hash distribution.</summary>
/// <param name="Columns">Columns that have the key's value in every row, so that any of them stands for it.</param>
/// <param name="Type">Type that was hashed.</param>
internal sealed record DistributionKey(IReadOnlySet<ColumnId> Columns, SqlType Type);

/// <summary>A physical property in terms of column ids, so that it survives projections.</summary>
internal sealed record Distribution(DistributionKind Kind, IReadOnlyList<DistributionKey> Keys)
{
    public static readonly Distribution Any = new(DistributionKind.Any, []);
    public static readonly Distribution Single = new(DistributionKind.Single, []);

    public bool IsSingle => Kind == DistributionKind.Single;

    public static Distribution Hash(IReadOnlyList<DistributionKey> keys) => new(DistributionKind.Hash, keys);

    /// <summary>Whether rows that agree on these columns are in one task.</summary>
    public bool Colocates(IReadOnlyCollection<ColumnId> columns) => Kind switch
    {
        DistributionKind.Single => true,
        DistributionKind.Hash => Keys.All(key => columns.Any(key.Columns.Contains)),
        DistributionKind.Any => false,
    };

    /// <summary>The property when some columns get a second name: <paramref name="aliases"/> has new id, old id.</summary>
    public Distribution WithAliases(IReadOnlyList<(ColumnId Alias, ColumnId Original)> aliases) => Kind != DistributionKind.Hash || aliases.Count == 0
        ? this
        : Hash([.. Keys.Select(key => aliases.Any(alias => key.Columns.Contains(alias.Original))
            ? key with { Columns = new HashSet<ColumnId>(key.Columns.Concat(aliases.Where(alias => key.Columns.Contains(alias.Original)).Select(static alias => alias.Alias))) }
            : key)]);
}
