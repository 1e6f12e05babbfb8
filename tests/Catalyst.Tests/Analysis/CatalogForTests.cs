using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using Parsing = SqlCluster.Parser.SqlParser;

namespace SqlCluster.Catalyst.Tests.Analysis;

/// <summary>Tables and views made from CREATE TABLE and CREATE VIEW statements, without rows.</summary>
internal sealed class CatalogForTests : ICatalog
{
    private readonly Dictionary<string, Relation> _relations = new(StringComparer.Ordinal);

    public CatalogForTests(string statements)
    {
        foreach (Statement statement in Parsing.ParseStatements(statements))
        {
            switch (statement)
            {
                case CreateTable table:
                    TableColumn[] columns = [.. table.Elements.OfType<ColumnDefinition>().Select(static column => new TableColumn(
                        column.Name.Value, TypeNames.Resolve(column.Type), !column.Constraints.Any(static constraint => constraint.Constraint is NotNullConstraint)))];
                    _relations[table.Name.Last.Value] = new Relation.OfTable(new MemoryTable(table.Name.Last.Value, columns));
                    break;
                case CreateView view:
                    _relations[view.Name.Last.Value] = new Relation.OfView(new ViewDefinition(
                        view.Name.Last.Value, view.Query, view.Columns.IsEmpty ? null : [.. view.Columns.Select(static column => column.Value)]));
                    break;
                default:
                    throw new ArgumentException($"not for a catalog: {statement}", nameof(statements));
            }
        }
    }

    /// <summary>Schema names are "public" or "main".</summary>
    public Relation? Find(IReadOnlyList<string> nameParts) =>
        nameParts.Count > 1 && nameParts[^2] is not ("public" or "main") ? null : _relations.GetValueOrDefault(nameParts[^1]);

    public ITable OpenFile(string path) => path.EndsWith(".parquet", StringComparison.Ordinal)
        ? MemoryTable.OfIntegers(path, "file_column", "other")
        : throw new QueryException("58P01", ErrorKind.User, $"no such file: {path}");

    public ITable? CallTableFunction(string name, IReadOnlyList<Literal> arguments, IReadOnlyDictionary<string, Literal> namedArguments) => name == "read_parquet"
        ? MemoryTable.OfIntegers($"{string.Join(',', arguments)} {string.Join(',', namedArguments.Select(static option => $"{option.Key}={option.Value}"))}".Trim(), "file_column")
        : null;

    public IReadOnlyList<string> SimilarNames(IReadOnlyList<string> nameParts) => Catalyst.Analysis.Scopes.SimilarNames.Nearest(nameParts[^1], _relations.Keys, 3);

    public AnalyzedQuery Analyze(string sql, AnalyzerSettings? settings = null) => Analyzer.Analyze(
        ((QueryStatement)Parsing.ParseStatement(sql)).Query, this, FunctionsForTests.Catalog, (settings ?? AnalyzerSettings.Default) with { StatementText = sql });
}
