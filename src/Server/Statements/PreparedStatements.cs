using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Server.Sessions;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.Statements;

/// <summary>PREPARE, EXECUTE and DEALLOCATE.</summary>
internal static class PreparedStatements
{
    public static StatementResult Prepare(Prepare prepare, Session session)
    {
        if (prepare.Statement is QueryStatement query)
        {
            session.Pipeline.Check(query.Query, prepare.ParameterTypes);
        }

        return session.Prepared.TryAdd(prepare.Name.Value, prepare)
            ? new StatementResult.Command("PREPARE")
            : throw StatementErrors.PreparedStatementExists(prepare.Name.Value);
    }

    public static async Task<StatementResult> ExecuteAsync(Execute execute, Session session, CancellationToken cancellation)
    {
        (Prepare prepare, NodeList<Literal> values) = Read(execute, session);
        if (prepare.Statement is not QueryStatement query)
        {
            using BoundValues bound = Bind(values, session);
            return await StatementRouter.ExecuteAsync(prepare.Statement, session, cancellation).ConfigureAwait(false);
        }

        AnalyzedQuery analyzed = session.Pipeline.AnalyzePrepared(query.Query, [.. values.Select(static value => value.ValueType)]);
        return session.Pipeline.Start(session.Pipeline.PlanAnalyzed(analyzed), "SELECT", cancellation, values);
    }

    /// <summary>The statement that EXECUTE names, and the values that it gives.</summary>
    /// <exception cref="Parser.Errors.QueryException">26000, 42601: there is no such statement, or it takes more or fewer values.</exception>
    public static (Prepare Prepared, NodeList<Literal> Values) Read(Execute execute, Session session)
    {
        Prepare prepare = session.Prepared.GetValueOrDefault(execute.Name.Value) ?? throw StatementErrors.NoPreparedStatement(execute.Name.Value);
        SqlType[] declared = [.. prepare.ParameterTypes.Select(name => session.Pipeline.ResolveType(name).WithoutFractionDigits)];
        NodeList<SqlType> types = prepare.Statement is QueryStatement asked
            ? session.Pipeline.AnalyzePrepared(asked.Query, declared).ParameterTypes
            : ParameterInference.Types(prepare.Statement, declared, ParameterInference.Count(SqlPrinter.Print(prepare.Statement)), session);
        if (execute.Arguments.Count != types.Count)
        {
            throw StatementErrors.WrongParameterCount(prepare.Name.Value, types.Count, execute.Arguments.Count);
        }

        return (prepare, [.. execute.Arguments.Select((argument, index) => session.Pipeline.EvaluateAs(argument, types[index]))]);
    }

    /// <summary>Has statements of an earlier text find values for their parameters, until the result is disposed.</summary>
    public static BoundValues Bind(NodeList<Literal> values, Session session)
    {
        var bound = new BoundValues(session.Pipeline, session.Pipeline.Bound, session.Pipeline.StatementText);
        session.Pipeline.Bound = new BoundParameters(values.Map(static value => value.ValueType), values);
        session.Pipeline.StatementText = null;
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
