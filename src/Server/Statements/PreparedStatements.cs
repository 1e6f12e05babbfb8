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
        Prepare prepare = session.Prepared.GetValueOrDefault(execute.Name.Value) ?? throw StatementErrors.NoPreparedStatement(execute.Name.Value);
        SqlType[] declared = [.. prepare.ParameterTypes.Select(name => session.Pipeline.ResolveType(name).WithoutFractionDigits)];
        NodeList<SqlType> types = prepare.Statement is QueryStatement asked
            ? session.Pipeline.AnalyzePrepared(asked.Query, declared).ParameterTypes
            : ParameterInference.Types(prepare.Statement, declared, ParameterInference.Count(SqlPrinter.Print(prepare.Statement)), session);
        if (execute.Arguments.Count != types.Count)
        {
            throw StatementErrors.WrongParameterCount(prepare.Name.Value, types.Count, execute.Arguments.Count);
        }

        NodeList<Literal> values = [.. execute.Arguments.Select((argument, index) => session.Pipeline.EvaluateAs(argument, types[index]))];
        if (prepare.Statement is not QueryStatement query)
        {
            BoundParameters? outer = session.Pipeline.Bound;
            session.Pipeline.Bound = new BoundParameters(values.Map(static value => value.ValueType), values);
            try
            {
                return await StatementRouter.ExecuteAsync(prepare.Statement, session, cancellation).ConfigureAwait(false);
            }
            finally
            {
                session.Pipeline.Bound = outer;
            }
        }

        AnalyzedQuery analyzed = session.Pipeline.AnalyzePrepared(query.Query, [.. values.Select(static value => value.ValueType)]);
        return session.Pipeline.Start(session.Pipeline.PlanAnalyzed(analyzed), "SELECT", cancellation, values);
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
}
