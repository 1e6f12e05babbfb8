using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>An item of FROM resolved: its plan and the names it offers.</summary>
internal sealed record FromItem(LogicalPlan Plan, FromScope Scope);

/// <summary>Resolves FROM: tables, views, common table expressions, files, subqueries; joins and functions have resolvers of their own.</summary>
internal sealed class FromResolver
{
    private readonly AnalysisContext _context;
    private readonly JoinResolver _joins;
    private readonly TableFunctionResolver _functions;

    public FromResolver(AnalysisContext context)
    {
        _context = context;
        _joins = new JoinResolver(context);
        _functions = new TableFunctionResolver(context);
    }

    /// <summary>Resolves the list and fills the scope's FROM; without FROM there is one row of no columns.</summary>
    public LogicalPlan Resolve(NodeList<Ast.TableReference> references, QueryScope scope)
    {
        if (references.Count > PlanDepth.Most)
        {
            throw AnalyzerErrors.TooManyRelations(PlanDepth.Most, _context.Position(references[PlanDepth.Most]));
        }

        LogicalPlan? plan = null;
        foreach (Ast.TableReference reference in references)
        {
            FromItem item = scope.In(Clause.From, () => Item(reference, scope));
            CheckAliases(scope.From, item.Scope);
            plan = plan is null ? item.Plan : _joins.Combine(JoinKind.Inner, plan, item.Plan, Literal.True, reference);
            scope.From = FromScope.Combine(scope.From, item.Scope);
        }

        return plan ?? Values.SingleRow;
    }

    /// <summary>Resolves one item; scope.From holds what stands to its left, for LATERAL.</summary>
    public FromItem Item(Ast.TableReference reference, QueryScope scope) => reference switch
    {
        Ast.NamedTable table => Named(table, scope),
        Ast.FileTable file => File(file, scope),
        Ast.SubqueryTable subquery => Subquery(subquery, scope),
        Ast.FunctionTable function => _functions.Resolve(function, scope),
        Ast.JoinTable join => _joins.Resolve(join, scope),
        _ => throw AnalyzerErrors.Unsupported(reference.GetType().Name, _context.Position(reference)),
    };

    /// <summary>42712 when an alias is taken already.</summary>
    public static void CheckAliases(FromScope left, FromScope right)
    {
        foreach (RelationScope relation in right.Relations)
        {
            if (relation.Name is { } name && left.Relations.Any(other => other.Name == name && (other.QualifiedName.Count == 0 || relation.QualifiedName.Count == 0 || other.QualifiedName.SequenceEqual(relation.QualifiedName))))
            {
                throw AnalyzerErrors.DuplicateAlias(name);
            }
        }
    }

    /// <summary>The names an item offers: its alias, and its columns renamed by the alias's list.</summary>
    public FromScope Offer(NodeList<Column> columns, IReadOnlyList<string> names, Ast.TableAlias? alias, string? defaultName, IReadOnlyList<string> qualifiedName)
    {
        if (alias is not null && alias.Columns.Count > columns.Count)
        {
            throw AnalyzerErrors.TooManyAliases(alias.Name.Value, columns.Count, alias.Columns.Count, _context.Position(alias));
        }

        var relation = new RelationScope(alias?.Name.Value ?? defaultName, alias is null ? qualifiedName : []) { Hidden = alias is null ? null : defaultName };
        for (int i = 0; i < columns.Count; i++)
        {
            relation.Add(alias is not null && i < alias.Columns.Count ? alias.Columns[i].Value : names[i], columns[i]);
        }

        return FromScope.Of(relation);
    }

    /// <summary>Reads all columns of a table.</summary>
    public FromItem Scan(ITable table, Ast.TableAlias? alias, string? defaultName, IReadOnlyList<string> qualifiedName, AnalyzedTable? analyzed = null)
    {
        var columns = new ScanColumn[table.Columns.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            TableColumn column = table.Columns[i];
            columns[i] = new ScanColumn(i, _context.Ids.Column(column.Name, column.Type.WithoutFractionDigits, column.IsNullable));
        }

        var scan = new Scan(table, NodeList.Create<ScanColumn>(columns), [], []) { Analyzed = analyzed };
        int visible = table.Columns.Count(static column => !column.IsHidden);
        NodeList<Column> output = scan.Output;
        NodeList<Column> offered = visible == output.Count ? output : [.. output.Take(visible)];
        FromScope scope = Offer(offered, [.. table.Columns.Take(visible).Select(static column => column.Name)], alias, defaultName, qualifiedName);
        for (int i = visible; i < output.Count; i++)
        {
            scope.Relations[0].AddHidden(output[i]);
        }

        return new FromItem(scan, scope);
    }

    private FromItem Named(Ast.NamedTable table, QueryScope scope)
    {
        int position = _context.Position(table.Name);
        string[] parts = [.. table.Name.Parts.Select(static part => part.Value)];
        if (parts.Length == 1 && CteScope.Find(scope.Ctes, parts[0]) is { } cte)
        {
            return table.Sample is null ? Cte(cte, table) : throw AnalyzerErrors.Unsupported("TABLESAMPLE of a common table expression", _context.Position(table.Sample));
        }

        _context.Read(table.Name);
        return Find(parts, position) switch
        {
            Relation.OfTable found => new SampleResolver(_context).Apply(Scan(found.Table, table.Alias, parts[^1], parts, found.Analyzed?.For(found.Table)), table.Sample, scope),
            Relation.OfView when table.Sample is not null => throw NotSampled(table.Sample),
            Relation.OfView found => View(found.View, table, parts, position),
            _ when parts.Length == 1 && _context.LaterCtes.Contains(parts[0]) => throw AnalyzerErrors.LaterCte(parts[0], position),
            _ => throw AnalyzerErrors.MissingRelation(table.Name.ToString(), position, _context.Catalog.SimilarNames(parts)),
        };
    }

    /// <summary>The relation of a name; what the catalog says against the name has its place.</summary>
    private Relation? Find(string[] parts, int position)
    {
        try
        {
            return _context.Catalog.Find(parts);
        }
        catch (Parser.Errors.QueryException error) when (error.Position == 0)
        {
            throw AnalyzerErrors.At(error, position);
        }
    }

    private FromItem Cte(CteBinding cte, Ast.NamedTable table)
    {
        cte.References++;
        cte.ReferencePosition = _context.Position(table.Name);
        if (cte.IsDone)
        {
            throw AnalyzerErrors.NotImplemented($"WITH query \"{cte.Name}\" does not have a RETURNING clause", _context.Position(table));
        }

        if (cte.Columns is not { } definition)
        {
            throw AnalyzerErrors.InvalidRecursion(cte.ReasonNotReadable ?? $"recursive reference to query \"{cte.Name}\" is not allowed here", cte.WrongFormPosition > 0 ? cte.WrongFormPosition : _context.Position(table));
        }

        var scan = new CteScan(cte.Id, cte.Name, definition.Map(_context.Ids.CopyOf), cte.IsWorkingTable);
        int visible = definition.Count - cte.HiddenColumns;
        FromScope scope = Offer(
            visible == definition.Count ? scan.Columns : [.. scan.Columns.Take(visible)], [.. definition.Take(visible).Select(static column => column.Name)], table.Alias, cte.Name, []);
        foreach (Column column in scan.Columns.Skip(visible))
        {
            scope.Relations[0].AddHidden(column);
        }

        return new FromItem(scan, scope);
    }

    private FromItem View(ViewDefinition view, Ast.NamedTable table, string[] parts, int position)
    {
        LogicalPlan plan = _context.InView(view.Name, position, () => _context.Queries.Resolve(view.Query, parent: null, ctes: null));
        NodeList<Column> output = plan.Output;
        string[] names = [.. output.Select(static column => column.Name)];
        for (int i = 0; i < Math.Min(names.Length, view.ColumnNames?.Count ?? 0); i++)
        {
            names[i] = view.ColumnNames![i];
        }

        return new FromItem(plan, Offer(output, names, table.Alias, parts[^1], parts));
    }

    private Parser.Errors.QueryException NotSampled(Ast.TableSample sample) =>
        AnalyzerErrors.WrongObject("TABLESAMPLE clause can only be applied to tables and materialized views", _context.Position(sample));

    private FromItem File(Ast.FileTable file, QueryScope scope) =>
        new SampleResolver(_context).Apply(Scan(_context.Catalog.OpenFile(file.Path), file.Alias, Path.GetFileNameWithoutExtension(file.Path), []), file.Sample, scope);

    /// <summary>A subquery sees the queries around this one; with LATERAL also what stands to its left.</summary>
    private FromItem Subquery(Ast.SubqueryTable subquery, QueryScope scope)
    {
        _context.Unreachable.Push(subquery.Lateral ? FromScope.Empty : scope.From);
        LogicalPlan plan = _context.Queries.Resolve(subquery.Query, subquery.Lateral ? scope : scope.Parent, scope.Ctes);
        _context.Unreachable.Pop();
        NodeList<Column> output = plan.Output;
        return new FromItem(plan, Offer(output, [.. output.Select(static column => column.Name)], subquery.Alias, null, []));
    }
}
