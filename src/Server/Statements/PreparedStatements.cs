using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.Statements;

/// <summary>PREPARE, EXECUTE and DEALLOCATE.</summary>
internal static class PreparedStatements
{
    public static StatementResult Prepare(Prepare prepare, Session session)
    {
        if (session.Prepared.ContainsKey(prepare.Name.Value))
        {
            throw StatementErrors.PreparedStatementExists(prepare.Name.Value);
        }

        SqlType[] declared = [.. prepare.ParameterTypes.Select(name => session.Pipeline.ResolveType(name).WithoutFractionDigits).Select(static type => type.Kind == TypeKind.Varchar ? new SqlType(TypeKind.Varchar) : type)];
        int[] used = [.. ParameterInference.UsedIn(SqlPrinter.Print(prepare.Statement)).Distinct()];
        int count = Math.Max(declared.Length, used.DefaultIfEmpty().Max());
        NodeList<SqlType> types = prepare.Statement is QueryStatement query
            ? session.Pipeline.AnalyzeTyped(query.Query, declared).ParameterTypes
            : ParameterInference.Types(prepare.Statement, declared, count, session);
        if (Enumerable.Range(declared.Length + 1, count - declared.Length).FirstOrDefault(index => !used.Contains(index)) is > 0 and var unknown)
        {
            throw StatementErrors.UnknownParameterType(unknown);
        }

        if (prepare.Statement is not QueryStatement)
        {
            using BoundValues bound = Bind(types, [], session, session.Pipeline.StatementText);
            ChangeStatements.Check(prepare.Statement, session);
        }

        session.Prepared.Add(prepare.Name.Value, new NamedStatement(prepare.Name.Value, prepare.Statement, types, session.Pipeline.StatementText ?? SqlPrinter.Print(prepare)));
        return new StatementResult.Command("PREPARE");
    }

    public static async Task<StatementResult> ExecuteAsync(Execute execute, Session session, CancellationToken cancellation)
    {
        (NamedStatement prepared, NodeList<Literal> values) = Read(execute, session);
        if (prepared.Statement is not QueryStatement query)
        {
            using BoundValues bound = Bind(values, session);
            return await StatementRouter.ExecuteAsync(prepared.Statement, session, cancellation).ConfigureAwait(false);
        }

        AnalyzedQuery analyzed = session.Pipeline.AnalyzePrepared(query.Query, [.. values.Select(static value => value.ValueType)]);
        return session.Pipeline.Start(session.Pipeline.PlanAnalyzed(analyzed), "SELECT", cancellation, values);
    }

    /// <summary>The statement that EXECUTE names, and the values that it gives.</summary>
    /// <exception cref="Parser.Errors.QueryException">26000, 42601: there is no such statement, or it takes more or fewer values; 42804 and others: a value is not of its parameter's type.</exception>
    public static (NamedStatement Prepared, NodeList<Literal> Values) Read(Execute execute, Session session)
    {
        NamedStatement prepared = session.Prepared.GetValueOrDefault(execute.Name.Value) ?? throw StatementErrors.NoPreparedStatement(execute.Name.Value);
        if (execute.Arguments.Count != prepared.Types.Count)
        {
            throw StatementErrors.WrongParameterCount(prepared.Name, prepared.Types.Count, execute.Arguments.Count);
        }

        for (int i = 0; i < execute.Arguments.Count; i++)
        {
            Expression argument = execute.Arguments[i];
            SqlType given = session.Pipeline.Resolve(argument, ExpressionPlace.ExecuteParameter).Type;
            if (argument is not (StringLiteral or NullLiteral) && !CastRules.CanCast(given, prepared.Types[i], CoercionContext.Assignment))
            {
                throw StatementErrors.ParameterNotAssignable(i + 1, prepared.Types[i], given, session.Pipeline.Position(argument));
            }
        }

        return (prepared, [.. execute.Arguments.Select((argument, index) => session.Pipeline.EvaluateAs(argument, prepared.Types[index]))]);
    }

    /// <summary>Has statements of an earlier text find values for their parameters, until the result is disposed.</summary>
    public static BoundValues Bind(NodeList<Literal> values, Session session) => Bind(values.Map(static value => value.ValueType), values, session, null);

    private static BoundValues Bind(NodeList<SqlType> types, NodeList<Literal> values, Session session, string? text)
    {
        var bound = new BoundValues(session.Pipeline, session.Pipeline.Bound, session.Pipeline.StatementText);
        session.Pipeline.Bound = new BoundParameters(types, values);
        session.Pipeline.StatementText = text;
        return bound;
    }

    public static StatementResult Deallocate(Deallocate deallocate, Session session)
    {
        if (deallocate.Name == null)
        {
            session.Prepared.Clear();
            return new StatementResult.Command("DEALLOCATE ALL");
        }

        return session.Prepared.Remove(deallocate.Name.Value)
            ? new StatementResult.Command("DEALLOCATE")
            : throw StatementErrors.NoPreparedStatement(deallocate.Name.Value);
    }

    /// <summary>What <see cref="Bind"/> goes back to.</summary>
    internal readonly struct BoundValues(QueryPipeline pipeline, BoundParameters? outer, string? text) : IDisposable
    {
        public void Dispose() => (pipeline.Bound, pipeline.StatementText) = (outer, text);
    }
}
