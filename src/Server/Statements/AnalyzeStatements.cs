using System.Globalization;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;
using ColumnReference = SqlCluster.Parser.Ast.ColumnReference;
using Expression = SqlCluster.Parser.Ast.Expression;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.Statements;

/// <summary>ANALYZE, also inside VACUUM: reads tables and keeps what the optimizer wants to know of their columns in the catalog.</summary>
/// <remarks>Each table is one query, SELECT count(*), column_statistics(a), min(a), max(a), ... FROM table: parallel, cancellable and within the session's memory like any other.</remarks>
internal static class AnalyzeStatements
{
    private const int ValuesOfColumn = 3;

    public static Task<StatementResult> AnalyzeAsync(Analyze analyze, Session session, CancellationToken cancellation) =>
        RunAsync("ANALYZE", analyze.Tables, IsOn(analyze.Options, "verbose"), session, cancellation);

    /// <summary>Nothing is to be vacuumed; VACUUM (ANALYZE) analyzes.</summary>
    public static async Task<StatementResult> VacuumAsync(Vacuum vacuum, Session session, CancellationToken cancellation) => IsOn(vacuum.Options, "analyze")
        ? await RunAsync("VACUUM", vacuum.Tables, IsOn(vacuum.Options, "verbose"), session, cancellation).ConfigureAwait(false)
        : new StatementResult.Command("VACUUM");

    private static async Task<StatementResult> RunAsync(string tag, NodeList<MaintainedTable> tables, bool isVerbose, Session session, CancellationToken cancellation)
    {
        var notices = new List<string>();
        foreach ((MaintainedTable table, Place place) in tables.IsEmpty ? All(session) : tables.Select(table => (table, Locate(table.Name, session))))
        {
            switch (place.Relation)
            {
                case Relation.OfTable found when place.Database != null:
                    AnalyzedStatistics statistics = await ReadAsync(place, found, table.Columns, session, cancellation).ConfigureAwait(false);
                    place.Database.Analyze(place.Schema, place.Name, found.Table, statistics);
                    if (isVerbose)
                    {
                        notices.Add(string.Create(CultureInfo.InvariantCulture, $"analyzing \"{place.Schema}.{place.Name}\": read {statistics.RowCount} rows of {found.Table.Columns.Count} columns"));
                    }

                    break;
                default:
                    notices.Add($"skipping \"{place.Name}\" --- cannot analyze non-tables or special system tables");
                    break;
            }
        }

        return new StatementResult.Command(tag, [.. notices]);
    }

    private static async Task<AnalyzedStatistics> ReadAsync(Place place, Relation.OfTable relation, NodeList<Identifier> columns, Session session, CancellationToken cancellation)
    {
        ITable table = relation.Table;
        int[] ordinals = Ordinals(place, table, columns);
        string version = table.ContentVersion;
        long known = table.Statistics.RowCount;
        List<SelectItem> items = [new SelectItem(new FunctionCall(QualifiedName.Of("count"), [new FunctionArgument(new Star(null, [], []))]))];
        foreach (int ordinal in ordinals)
        {
            TableColumn column = table.Columns[ordinal];
            var name = new Identifier(column.Name, true);
            items.Add(Aggregate("column_statistics", name));
            items.Add(IsOrdered(column.Type) ? Aggregate("min", name) : new SelectItem(new NullLiteral()));
            items.Add(IsOrdered(column.Type) ? Aggregate("max", name) : new SelectItem(new NullLiteral()));
        }

        var query = new Query(new Select([.. items]) { From = [new NamedTable(new QualifiedName([new Identifier(place.Schema, true), new Identifier(place.Name, true)]))] });
        Literal[] values = [];
        await using (StatementResult.Rows rows = session.Pipeline.Run(query, "ANALYZE", cancellation))
        {
            while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                values = batch.RowCount > 0 ? RowLiterals.Read(batch, batch.Selection is { } selection ? selection.Rows[0] : 0, [.. rows.Columns.Select(static column => column.Type)]) : values;
                batch.Release();
            }
        }

        AnalyzedStatistics? before = relation.Analyzed;
        var found = new AnalyzedColumn?[table.Columns.Count];
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = before?.Columns.ElementAtOrDefault(i);
        }

        for (int i = 0; i < ordinals.Length; i++)
        {
            int first = 1 + (i * ValuesOfColumn);
            found[ordinals[i]] = Column(table.Columns[ordinals[i]], (NodeList<Literal>)values[first].Value!, values[first + 1], values[first + 2]);
        }

        return new AnalyzedStatistics
        {
            RowCount = (long)values[0].Value!, KnownRowCount = known, ContentVersion = version, Time = TimeProvider.System.GetUtcNow(), Times = (before?.Times ?? 0) + 1,
            Columns = NodeList.Create<AnalyzedColumn?>(found),
        };
    }

    /// <summary>A column from the fields of column_statistics.</summary>
    private static AnalyzedColumn Column(TableColumn column, NodeList<Literal> fields, Literal minimum, Literal maximum)
    {
        double rows = (long)fields[0].Value!, nulls = (long)fields[1].Value!;
        var values = (NodeList<Literal>)fields[4].Value!;
        var shares = (NodeList<Literal>)fields[5].Value!;
        return new AnalyzedColumn(
            column.Name, column.Type, rows == 0 ? 0 : nulls / rows, (double)fields[2].Value!, AnalyzedColumn.DistinctOf((double)fields[3].Value!, rows),
            minimum.IsNull ? null : minimum, maximum.IsNull ? null : maximum, [.. values.Select((value, index) => new CommonValue(value, (double)shares[index].Value!))], (NodeList<Literal>)fields[6].Value!);
    }

    private static SelectItem Aggregate(string function, Identifier column) =>
        new(new FunctionCall(QualifiedName.Of(function), [new FunctionArgument(new ColumnReference(new QualifiedName([column])))]));

    private static bool IsOrdered(SqlType type) => !type.IsNested && type.Kind is not (TypeKind.Json or TypeKind.Jsonb);

    /// <exception cref="Parser.Errors.QueryException">42703: no such column; 42701: one is named twice.</exception>
    private static int[] Ordinals(Place place, ITable table, NodeList<Identifier> columns)
    {
        if (columns.IsEmpty)
        {
            return [.. Enumerable.Range(0, table.Columns.Count).Where(ordinal => table.Columns[ordinal].Type.Kind != TypeKind.Void)];
        }

        var ordinals = new List<int>();
        foreach (Identifier column in columns)
        {
            int ordinal = 0;
            while (ordinal < table.Columns.Count && table.Columns[ordinal].Name != column.Value)
            {
                ordinal++;
            }

            if (ordinal == table.Columns.Count)
            {
                throw StatementErrors.NoColumn(column.Value, place.Name);
            }

            if (ordinals.Contains(ordinal))
            {
                throw StatementErrors.DuplicateColumn(column.Value);
            }

            ordinals.Add(ordinal);
        }

        return [.. ordinals];
    }

    /// <exception cref="Parser.Errors.QueryException">42P01: no such relation.</exception>
    private static Place Locate(QualifiedName name, Session session)
    {
        if (session.Catalog.Locate(name) is var (database, schema, relation))
        {
            return new Place(database, schema, relation, database.Find(schema, relation));
        }

        return session.Catalog.Find([.. name.Parts.Select(static part => part.Value)]) is { } system
            ? new Place(null, "", name.Last.Value, system)
            : throw CatalogErrors.NoRelation("relation", name.ToString());
    }

    /// <summary>Every table, each with no columns named; those of the session first.</summary>
    private static IEnumerable<(MaintainedTable, Place)> All(Session session) =>
        from place in Tables(session.Catalog.Temporary, [SessionCatalog.TemporarySchema]).Concat(Tables(session.Catalog.Shared, session.Catalog.Shared.Schemas))
        select (new MaintainedTable(QualifiedName.Of(place.Name), []), place);

    private static IEnumerable<Place> Tables(SessionDatabase database, IEnumerable<string> schemas) =>
        from schema in schemas
        from pair in database.Relations(schema)
        where pair.Value is Relation.OfTable
        select new Place(database, schema, pair.Key, pair.Value);

    private static bool IsOn(NodeList<StatementOption> options, string name) =>
        options.Any(option => option.Name == name && (option.Value == null || SettingStatements.Text(option.Value).ToLowerInvariant() is "on" or "true" or "1"));

    /// <summary>Where a relation is; without a database: a system relation.</summary>
    private sealed record Place(SessionDatabase? Database, string Schema, string Name, Relation? Relation);
}
