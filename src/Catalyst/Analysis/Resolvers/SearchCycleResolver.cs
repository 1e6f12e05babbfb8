using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>The columns that SEARCH and CYCLE add to a recursive query, and what computes them in its two terms.</summary>
/// <remarks>
/// As PostgreSQL rewrites the clauses, for WITH RECURSIVE t (a, b):
/// <code>
/// clause                            base term                   recursive term
/// SEARCH DEPTH FIRST BY a SET s     ARRAY[ROW(a)]               s || ARRAY[ROW(a)]
/// SEARCH BREADTH FIRST BY a SET s   ROW(0, a)                   ROW(depth of s + 1, a)
/// CYCLE a SET m USING p             m false, p ARRAY[ROW(a)]    m ROW(a) = ANY (p), p || ARRAY[ROW(a)]; rows whose m was true lead nowhere
/// </code>
/// The recursive term carries the columns of its reference to t behind its own, where <see cref="Next"/> finds them. They are no part of its *.
/// </remarks>
internal sealed class SearchCycleResolver
{
    private const string Depth = "f1";
    private readonly AnalysisContext _context;
    private readonly Ast.CommonTableExpression _table;
    private readonly string[] _names;
    private readonly Ast.Expression _marked;
    private readonly Ast.Expression _unmarked;

    /// <param name="context">The analysis.</param>
    /// <param name="table">The WITH item; it has SEARCH or CYCLE.</param>
    /// <param name="names">Names of the item's columns.</param>
    /// <exception cref="Parser.Errors.QueryException">42601 and 42701 for columns that the clauses name wrongly.</exception>
    public SearchCycleResolver(AnalysisContext context, Ast.CommonTableExpression table, IEnumerable<string> names)
    {
        _context = context;
        _table = table;
        _names = [.. names];
        _marked = table.Cycle?.MarkValue ?? new Ast.BooleanLiteral(true);
        _unmarked = table.Cycle?.MarkDefault ?? new Ast.BooleanLiteral(false);
        CheckNames();
    }

    /// <summary>How many columns the clauses add.</summary>
    public int Count => (_table.Search is null ? 0 : 1) + (_table.Cycle is null ? 0 : 2);

    /// <summary>The base term with the columns added.</summary>
    public LogicalPlan Start(LogicalPlan start)
    {
        var added = new List<(string, Ast.Expression)>();
        if (_table.Search is { } search)
        {
            added.Add((search.Sequence.Value, search.BreadthFirst ? RowOf(search.By, ZeroDepth()) : PathOf(search.By)));
        }

        if (_table.Cycle is { } cycle)
        {
            added.Add((cycle.Mark.Value, _unmarked));
            added.Add((cycle.Path.Value, PathOf(cycle.Columns)));
        }

        return Extended(start, _names, added);
    }

    /// <summary>The recursive term as written, with the added columns of the reference to the item behind its own.</summary>
    /// <exception cref="Parser.Errors.QueryException">42601 for a set operation, 0A000 when that reference does not stand in the FROM of a plain SELECT.</exception>
    public Ast.QueryExpression Exporting(Ast.QueryExpression term)
    {
        if (term is Ast.Query { With: null, Limit: null, OrderBy.IsEmpty: true } query)
        {
            return Exporting(query.Body);
        }

        if (term is Ast.SetOperation)
        {
            throw AnalyzerErrors.Syntax("with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT", 0);
        }

        if (term is not Ast.Select { Distinct: null, GroupBy: null } select || select.From.Select(ReferenceIn).FirstOrDefault(static name => name is not null) is not { } reference)
        {
            throw AnalyzerErrors.NotImplemented(
                $"with a SEARCH or CYCLE clause, the recursive reference to WITH query \"{_table.Name.Value}\" must be at the top level of its right-hand SELECT", 0);
        }

        return select with
        {
            Items = [.. select.Items, .. Added().Select(name => new Ast.SelectItem(new Ast.ColumnReference(new Ast.QualifiedName([new Ast.Identifier(reference), new Ast.Identifier(name)]))))],
        };
    }

    /// <summary>The recursive term with the added columns computed from those it carries.</summary>
    public LogicalPlan Next(LogicalPlan step)
    {
        var added = new List<(string, Ast.Expression)>();
        if (_table.Search is { } search)
        {
            Ast.Expression before = Column(search.Sequence.Value);
            added.Add((search.Sequence.Value, search.BreadthFirst
                ? RowOf(search.By, new Ast.BinaryExpression(new Ast.OperatorName("+"), new Ast.FieldExpression(before, new Ast.Identifier(Depth)), new Ast.NumberLiteral("1", Ast.NumberKind.Integer)))
                : Appended(before, search.By)));
        }

        if (_table.Cycle is { } cycle)
        {
            Ast.Expression path = Column(cycle.Path.Value);
            Ast.Expression isSeen = new Ast.QuantifiedArrayExpression(RowOf(cycle.Columns), new Ast.OperatorName("="), Ast.Quantifier.Any, path);
            added.Add((cycle.Mark.Value, new Ast.CaseExpression(null, [new Ast.CaseBranch(isSeen, _marked)], _unmarked)));
            added.Add((cycle.Path.Value, Appended(path, cycle.Columns)));
            var scope = Scope(step, [.. _names, .. Added()]);
            step = new Filter(_context.Expressions.Settled(new Ast.BinaryExpression(new Ast.OperatorName("<>"), Column(cycle.Mark.Value), _marked), scope), step);
        }

        return Extended(step, [.. _names, .. Added()], added);
    }

    private IEnumerable<string> Added()
    {
        if (_table.Search is { } search)
        {
            yield return search.Sequence.Value;
        }

        if (_table.Cycle is { } cycle)
        {
            yield return cycle.Mark.Value;
            yield return cycle.Path.Value;
        }
    }

    /// <summary>The plan's first columns, then the added ones; the mark has the type that both its values have in common.</summary>
    private Project Extended(LogicalPlan plan, string[] names, List<(string Name, Ast.Expression Value)> added)
    {
        QueryScope scope = Scope(plan, names);
        NodeList<Column> output = plan.Output;
        var items = new List<NamedExpression>(output.Take(_names.Length).Select(NamedExpression.Pass));
        foreach ((string name, Ast.Expression value) in added)
        {
            Expression expression = _context.Expressions.Settled(value, scope);
            if (name == _table.Cycle?.Mark.Value)
            {
                expression = _context.Coercions.To(expression, MarkType(scope), CoercionContext.Implicit, _context.Position(_table.Cycle));
            }

            items.Add(new NamedExpression(expression, _context.Ids.For(expression, name)));
        }

        return new Project(NodeList.From(items), plan);
    }

    private SqlType MarkType(QueryScope scope)
    {
        NodeList<Expression> values = _context.CommonTypes.Unify(
            [_context.Expressions.Resolve(_marked, scope), _context.Expressions.Resolve(_unmarked, scope)], "CYCLE", _context.Position(_table.Cycle!.MarkDefault));
        return _context.Coercions.Settle(values[0]).Type;
    }

    private static QueryScope Scope(LogicalPlan plan, string[] names)
    {
        var relation = new RelationScope(null, []);
        NodeList<Column> output = plan.Output;
        for (int i = 0; i < names.Length; i++)
        {
            relation.Add(names[i], output[i]);
        }

        return new QueryScope(null, null) { From = FromScope.Of(relation) };
    }

    /// <summary>The alias under which an item of FROM reads the WITH item, joins looked into; null when it does not.</summary>
    private string? ReferenceIn(Ast.TableReference reference) => reference switch
    {
        Ast.NamedTable { Name.IsSimple: true } table when table.Name.Last.Value == _table.Name.Value => table.Alias?.Name.Value ?? _table.Name.Value,
        Ast.JoinTable { Alias: null } join => ReferenceIn(join.Left) ?? ReferenceIn(join.Right),
        _ => null,
    };

    private static Ast.ColumnReference Column(string name) => new(new Ast.QualifiedName([new Ast.Identifier(name)]));

    private static Ast.CastExpression ZeroDepth() => new(new Ast.NumberLiteral("0", Ast.NumberKind.Integer), new Ast.NamedType(Ast.QualifiedName.Of("int8"), []));

    private static Ast.RowExpression RowOf(NodeList<Ast.Identifier> columns, params Ast.Expression[] first) => new([.. first, .. columns.Select(static column => Column(column.Value))]);

    private static Ast.ArrayExpression PathOf(NodeList<Ast.Identifier> columns) => new([RowOf(columns)]);

    private static Ast.BinaryExpression Appended(Ast.Expression path, NodeList<Ast.Identifier> columns) => new(new Ast.OperatorName("||"), path, PathOf(columns));

    private void CheckNames()
    {
        if (_table.Search is { } search)
        {
            CheckListed(search.By, "search");
            CheckFree(search.Sequence, "search sequence column");
        }

        if (_table.Cycle is { } cycle)
        {
            CheckListed(cycle.Columns, "cycle");
            CheckFree(cycle.Mark, "cycle mark column");
            CheckFree(cycle.Path, "cycle path column");
            if (cycle.Mark.Value == cycle.Path.Value)
            {
                throw AnalyzerErrors.Syntax("cycle mark column name and cycle path column name are the same", _context.Position(cycle));
            }

            if (_table.Search?.Sequence.Value is { } sequence && (sequence == cycle.Mark.Value || sequence == cycle.Path.Value))
            {
                throw AnalyzerErrors.Syntax($"search sequence column name and cycle {(sequence == cycle.Mark.Value ? "mark" : "path")} column name are the same", _context.Position(_table.Search));
            }
        }
    }

    private void CheckListed(NodeList<Ast.Identifier> columns, string clause)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Ast.SyntaxNode node = clause == "search" ? _table.Search! : _table.Cycle!;
        foreach (Ast.Identifier column in columns)
        {
            if (!_names.Contains(column.Value))
            {
                throw AnalyzerErrors.Syntax($"{clause} column \"{column.Value}\" not in WITH query column list", _context.Position(node));
            }

            if (!seen.Add(column.Value))
            {
                throw AnalyzerErrors.RepeatedColumn($"{clause} column \"{column.Value}\" specified more than once", _context.Position(node));
            }
        }
    }

    private void CheckFree(Ast.Identifier name, string what)
    {
        if (_names.Contains(name.Value))
        {
            throw AnalyzerErrors.Syntax($"{what} name \"{name.Value}\" already used in WITH query column list", _context.Position(what.StartsWith("search", StringComparison.Ordinal) ? _table.Search! : _table.Cycle!));
        }
    }
}
