using System.Globalization;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser.Ast;

namespace SqlCluster.Server.Catalogs;

/// <summary>Tables that a statement has put up for the queries it is made of, under names that no statement can say. One statement at a time.</summary>
internal sealed class StandIns
{
    private const char Mark = '\u0001';
    private readonly Dictionary<string, Relation> _relations = new(StringComparer.Ordinal);
    private int _last;

    /// <summary>Whether a name is one of these.</summary>
    public static bool Includes(IReadOnlyList<string> nameParts) => nameParts[0].Length > 0 && nameParts[0][0] == Mark;

    public Relation? Find(IReadOnlyList<string> nameParts) => _relations.GetValueOrDefault(nameParts[0]);

    /// <summary>Puts a table up until the result is disposed.</summary>
    public StandIn Add(ITable table)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Mark}{++_last}");
        _relations.Add(name, new Relation.OfTable(table));
        return new StandIn(this, name);
    }

    private void Remove(string name) => _relations.Remove(name);

    /// <summary>A table that is put up.</summary>
    internal readonly record struct StandIn(StandIns Owner, string Name) : IDisposable
    {
        /// <summary>The table under the name and alias of another one, for whoever refers to its columns.</summary>
        public NamedTable As(NamedTable other) => new(other.Name with { Parts = [new Identifier(Name, true), .. other.Name.Parts] }) { Alias = other.Alias, Span = other.Span };

        /// <summary>The table under an alias.</summary>
        public NamedTable As(TableAlias alias) => new(new QualifiedName([new Identifier(Name, true)])) { Alias = alias };

        public void Dispose() => Owner.Remove(Name);
    }
}
