using System.Globalization;
using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Parser.Tokens;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.Statements;

/// <summary>Types of parameters in statements that are no queries: those of the columns they are stored in, or what the query within the statement says.</summary>
internal static class ParameterInference
{
    /// <summary>Types of $1, $2, ...</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="declared">Types given; null ones are inferred.</param>
    /// <param name="count">How many parameters there are; those that nothing decides are text.</param>
    /// <param name="session">Whose tables.</param>
    public static NodeList<SqlType> Types(Statement statement, IReadOnlyList<SqlType?> declared, int count, Session session)
    {
        if (statement is Prepare)
        {
            return [];      // its parameters are those of the statement that it prepares
        }

        var types = new SqlType?[Math.Max(count, declared.Count)];
        for (int i = 0; i < declared.Count; i++)
        {
            types[i] = declared[i];
        }

        // What clients declare says nothing of an array's dimensions.
        bool[] isOpen = [.. types.Select(static type => type is null or { Kind: TypeKind.Array })];
        foreach (Query query in isOpen.Contains(true) ? QueriesOf(statement, types, session) : [])
        {
            NodeList<SqlType> inferred;
            try
            {
                inferred = (session.Pipeline.TryWithDimensions(query, types, out AnalyzedQuery? analyzed) ? analyzed : session.Pipeline.AnalyzeTyped(query, types)).ParameterTypes;
            }
            catch (Parser.Errors.QueryException) when (!types.Contains(null))
            {
                break;      // the statement itself says what does not fit
            }

            var used = new HashSet<int>(ParametersIn(query));
            for (int i = 0; i < Math.Min(types.Length, inferred.Count); i++)
            {
                types[i] = isOpen[i] && used.Contains(i + 1) && types[i]?.Element?.Kind != TypeKind.Array ? inferred[i] : types[i];
            }
        }

        return [.. types.Select(static type => type ?? SqlType.Text)];
    }

    /// <summary>Queries that the statement's parameters stand in.</summary>
    private static IEnumerable<Query> QueriesOf(Statement statement, IReadOnlyList<SqlType?> types, Session session)
    {
        if (ChangeStatements.WithOf(statement) is { ChangesRows: true } clause)
        {
            using var with = StatementsInWith.Of(clause, statement, session);
            foreach ((_, Statement inner) in with.Describe(types))
            {
                foreach (Query query in QueriesOf(inner, types, session))
                {
                    yield return query;
                }
            }

            foreach (Query query in QueriesOf(ChangeStatements.With(statement, with.Clause), types, session))
            {
                yield return query;
            }

            yield break;
        }

        if (statement is Explain explain)
        {
            foreach (Query query in QueriesOf(explain.Statement, types, session))
            {
                yield return query;
            }

            yield break;
        }

        if (QueryOf(statement, session) is { } whole)
        {
            yield return whole;
        }

        if (statement is Insert { Returning.IsEmpty: false } insert)
        {
            yield return Returning.Described(insert.Table, [], insert.Returning, insert.With);
        }
    }

    private static IEnumerable<int> ParametersIn(Query query) => UsedIn(SqlPrinter.Print(query));

    /// <summary>The n of each $n in a text.</summary>
    public static IEnumerable<int> UsedIn(string sql)
    {
        return SqlTokenizer.Tokenize(sql).Where(static token => token.Kind == SqlTokenKind.Parameter)
            .Select(token => int.Parse(sql.AsSpan(token.Span.Start + 1, token.Span.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>Greatest n of $n in a text.</summary>
    public static int Count(string sql)
    {
        int count = 0;
        foreach (SqlTextToken token in SqlTokenizer.Tokenize(sql))
        {
            if (token.Kind == SqlTokenKind.Parameter
                && int.TryParse(sql.AsSpan(token.Span.Start + 1, token.Span.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                count = Math.Max(count, Math.Min(number, ushort.MaxValue));
            }
        }

        return count;
    }

    /// <summary>A query in which each parameter has the type that it has in the statement; null when there is none.</summary>
    private static Query? QueryOf(Statement statement, Session session) => statement switch
    {
        Insert { Source: { } source } insert when ColumnsOf(insert.Table, session) is { } columns => OfInsert(insert, source, columns),
        Update update when ColumnsOf(update.Table, session) is { } columns => OfUpdate(update, columns),
        Delete delete => new Query(new Select([new SelectItem(new NullLiteral()), .. delete.Returning]) { From = [delete.Table, .. delete.Using], Where = delete.Where }) { With = delete.With },
        Merge merge when ColumnsOf(merge.Target, session) is { } columns => MergeStatement.Typed(
            merge, (value, name) => Typed(value, columns.FirstOrDefault(column => column.Name == name)), [.. columns.Select(static column => column.Name)]),
        DeclareCursor declare => declare.Query,
        CreateTableAs { Source: QueryStatement source } => source.Query,
        QueryStatement query => query.Query,
        ChangingQuery query => query.Query,
        Parser.Ast.Copy { Query: { } copied } => copied,
        _ => null,
    };

    private static Query OfInsert(Insert insert, Query source, NodeList<TableColumn> columns)
    {
        TableColumn?[] targets = insert.Columns.IsEmpty ? [.. columns] : [.. insert.Columns.Select(target => Assigned(target, columns))];
        QueryExpression body = source.Body switch
        {
            ValuesQuery values => new ValuesQuery(values.Rows.Map(row => (NodeList<Expression>)[.. row.Select((value, index) => Typed(value is DefaultValue ? new NullLiteral() : value, targets.ElementAtOrDefault(index)))])),
            Select select when !select.Items.Any(static item => item.Expression is Star) => select with { Items = [.. select.Items.Select((item, index) => item with { Expression = Typed(item.Expression, targets.ElementAtOrDefault(index)) })] },
            var other => other,
        };
        return source with { Body = body, With = source.With is { } own ? own with { Outer = insert.With } : insert.With };
    }

    private static Query OfUpdate(Update update, NodeList<TableColumn> columns)
    {
        NodeList<SelectItem> items = [.. update.Assignments.Select(assignment => new SelectItem(
            assignment.Value is DefaultValue ? new NullLiteral() : Typed(assignment.Value, assignment.Targets is [var target] ? Assigned(target, columns) : null)))];
        IEnumerable<SelectItem> subscripts = update.Assignments.SelectMany(static assignment => assignment.Targets).SelectMany(PartialValue.SubscriptsOf).Select(static subscript => new SelectItem(subscript));
        return new Query(new Select([.. items, .. subscripts, .. update.Returning]) { From = [update.Table, .. update.From], Where = update.Where }) { With = update.With };
    }

    /// <summary>The column that is assigned, of the type of what is: a part of an array is of another than the whole.</summary>
    private static TableColumn? Assigned(AssignmentTarget target, NodeList<TableColumn> columns)
    {
        if (columns.FirstOrDefault(column => column.Name == target.Column.Value) is not { } column)
        {
            return null;
        }

        SqlType? type = column.Type;
        foreach (Accessor accessor in target.Accessors)
        {
            type = accessor is IndexAccessor ? type?.Element : type;
        }

        return type == null ? null : column with { Type = type };
    }

    /// <summary>A parameter that stands alone takes its column's type.</summary>
    private static Expression Typed(Expression value, TableColumn? column) => value is Parameter && column != null
        ? new CastExpression(value, SqlParser.ParseTypeName(NameOf(column.Type)))
        : value;

    /// <summary>A column's type without lengths, which values are not cut to.</summary>
    public static TypeName TypeNameOf(SqlType type) => SqlParser.ParseTypeName(NameOf(type));

    /// <summary>The type's name without lengths, which values are not cut to.</summary>
    private static string NameOf(SqlType type) => type.Kind switch
    {
        TypeKind.Numeric => "numeric",
        TypeKind.Varchar => "varchar",
        TypeKind.Char => "text",
        _ => type.ToString(),
    };

    private static NodeList<TableColumn>? ColumnsOf(NamedTable table, Session session) =>
        session.Catalog.Find([.. table.Name.Parts.Select(static part => part.Value)]) is Relation.OfTable found ? found.Table.Columns : null;
}
