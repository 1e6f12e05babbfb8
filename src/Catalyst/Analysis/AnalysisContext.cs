using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using Expression = SqlCluster.Catalyst.Expressions.Expression;

namespace SqlCluster.Catalyst.Analysis;

/// <summary>Everything the resolvers of one analysis share. Used by one thread for one statement.</summary>
internal sealed class AnalysisContext
{
    private readonly Dictionary<Expression, int> _positions = new(ReferenceEqualityComparer.Instance);
    private int _viewDepth;
    private int[]? _surrogates;

    public AnalysisContext(ICatalog catalog, IFunctionCatalog functions, AnalyzerSettings settings)
    {
        Catalog = catalog;
        Functions = functions;
        Settings = settings;
        Parameters = new ParameterTable(settings.ParameterTypes);
        Literals = new LiteralCoercion(settings.DateTime);
        Coercions = new Coercions(this);
        CommonTypes = new CommonTypes(this);
        Overloads = new OverloadResolution(this);
        Expressions = new ExpressionResolver(this);
        Queries = new QueryResolver(this);
        From = new FromResolver(this);
    }

    public ICatalog Catalog { get; }

    public IFunctionCatalog Functions { get; }

    public AnalyzerSettings Settings { get; }

    public ColumnIdSource Ids { get; } = new();

    public ParameterTable Parameters { get; }

    public LiteralCoercion Literals { get; }

    public Coercions Coercions { get; }

    public CommonTypes CommonTypes { get; }

    public OverloadResolution Overloads { get; }

    public ExpressionResolver Expressions { get; }

    public QueryResolver Queries { get; }

    public FromResolver From { get; }

    /// <summary>The type of a name as written; a table's name stands for the type of its rows.</summary>
    /// <exception cref="QueryException">42704 for an unknown name, 22023 or 42601 for wrong modifiers, 0A000 for a type the engine lacks.</exception>
    public SqlType TypeOf(TypeName type)
    {
        try
        {
            return TypeNames.Resolve(type, Position);
        }
        catch (QueryException error) when (error.SqlState == "42704" && RowTypeOf(type) is not null)
        {
            return RowTypeOf(type)!;
        }
    }

    private SqlType? RowTypeOf(TypeName type) => type switch
    {
        NamedType { Modifiers.IsEmpty: true } named when Catalog.Find([.. named.Name.Parts.Select(static part => part.Value)]) is Relation.OfTable { Table: var table } =>
            SqlType.Row(table.Columns.Map(static column => new RowField(column.Name, column.Type))),
        ArrayType array => RowTypeOf(array.Element) is { } element ? SqlType.Array(element) : null,
        _ => null,
    };

    /// <summary>Character of the statement where the node begins, from 1; 0 when it has no place there (inside views).</summary>
    public int Position(SyntaxNode? node)
    {
        return node is null || !HasPlace(node) ? 0 : PositionOf(node.Span.Start);
    }

    /// <summary>Positions are asked for at every node, errors or not: no scan of the text unless it has characters of two units.</summary>
    private int PositionOf(int start)
    {
        if (Settings.StatementText is not { } text)
        {
            return start + 1;
        }

        _surrogates ??= [.. Enumerable.Range(0, text.AsSpan().ContainsAnyInRange('\uDC00', '\uDFFF') ? text.Length : 0).Where(index => char.IsLowSurrogate(text[index]))];
        int before = Array.BinarySearch(_surrogates, start);
        return start + 1 - (before < 0 ? ~before : before);
    }

    /// <summary>Where an operator or the word for one stands; for constructs without one where they begin.</summary>
    public int OperatorPosition(SyntaxNode node) => node switch
    {
        BinaryExpression { Operator.Span.IsKnown: true } binary => Position(binary.Operator),
        UnaryExpression { Operator.Span.IsKnown: true } unary => Position(unary.Operator),
        QuantifiedSubqueryExpression { Operator.Span.IsKnown: true } quantified => Position(quantified.Operator),
        QuantifiedArrayExpression { Operator.Span.IsKnown: true } quantified => Position(quantified.Operator),
        { Anchor.IsKnown: true } when HasPlace(node) => PositionOf(node.Anchor.Start),
        _ => Position(node),
    };

    /// <summary>Remembers where a value was written, for errors found later; the first place counts.</summary>
    public void Remember(Expression value, SyntaxNode node) => _positions.TryAdd(value, HasPlace(node) ? node.Span.Start : -1);

    /// <summary>As <see cref="Remember"/>, at the operator or word that errors about the node point at.</summary>
    public void RememberAnchor(Expression value, SyntaxNode node) => _positions.TryAdd(value, HasPlace(node) ? (node.Anchor.IsKnown ? node.Anchor : node.Span).Start : -1);

    /// <summary>What stands beside the subquery of FROM that is being resolved, and cannot be referenced in it.</summary>
    public Stack<FromScope> Unreachable { get; } = [];

    /// <summary>Tells whoever asks that the query names a relation.</summary>
    public void Read(QualifiedName relation)
    {
        if (_viewDepth == 0)
        {
            Settings.RelationRead?.Invoke(relation);
        }
    }

    /// <summary>Names of WITH items behind the one that is being resolved, which it cannot see.</summary>
    public HashSet<string> LaterCtes { get; set; } = [];

    private bool HasPlace(SyntaxNode node) => node.Span.IsKnown && _viewDepth == 0 && Settings.HasPositions;

    /// <summary>Where a remembered expression was written; 0 when unknown.</summary>
    public int Position(Expression expression) =>
        _positions.TryGetValue(expression, out int start) && start >= 0 ? PositionOf(start) : 0;

    /// <summary>Runs the analysis of a view's query, whose text is another.</summary>
    public T InView<T>(string name, int position, Func<T> analyze)
    {
        if (_viewDepth >= Settings.MaxViewDepth)
        {
            throw AnalyzerErrors.ViewTooDeep(name, Settings.MaxViewDepth, position);
        }

        _viewDepth++;
        try
        {
            return analyze();
        }
        finally
        {
            _viewDepth--;
        }
    }
}
