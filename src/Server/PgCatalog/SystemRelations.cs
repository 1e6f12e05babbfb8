using System.Collections.Frozen;
using SqlCluster.Server.PgCatalog.Relations;

namespace SqlCluster.Server.PgCatalog;

/// <summary>Every system relation that has rows; all others are there, typed and empty.</summary>
internal static class SystemRelations
{
    private static readonly FrozenDictionary<(string Schema, string Name), SystemRelation> Filled = new SystemRelation[][]
    {
        [.. ClassRelations.All],
        [.. TypeRelations.All],
        [.. ConstraintRelations.All],
        [.. RoleRelations.All],
        [.. ServerRelations.All],
        [.. StatisticsRelations.All],
        [.. ColumnStatisticsRelations.All],
        [.. ListViews.All],
        [.. SequenceRelations.All],
        [.. StandardTables.All],
        [.. StandardConstraints.All],
        [.. StandardRoutines.All],
        [.. StandardPrivileges.All],
    }.SelectMany(static group => group).ToFrozenDictionary(static relation => (relation.Shape.Schema, relation.Shape.Name));

    /// <summary>How the relation of a shape gets its rows.</summary>
    public static SystemRelation Of(SystemShape shape) => Filled.TryGetValue((shape.Schema, shape.Name), out SystemRelation? relation) ? relation : SystemRelation.Empty(shape);
}
