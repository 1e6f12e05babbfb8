using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Statements;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.Sessions;

/// <summary>Types and values of a statement's parameters, $1 first.</summary>
public sealed record BoundParameters(NodeList<SqlType> Types, NodeList<Literal> Values);

/// <summary>A statement whose parameters and columns are known, to be run any number of times: what prepared statements of all doors are.</summary>
/// <remarks>
/// Nothing of the plan is kept: each run resolves names again, so that tables may change in between. Should the columns have changed, the run fails
/// with PostgreSQL's 0A000, on which drivers prepare anew.
/// </remarks>
public sealed class PreparedQuery
{
    private readonly Session _session;
    private readonly Statement _statement;
    private readonly string? _text;

    private PreparedQuery(Session session, Statement statement, string? text, NodeList<SqlType> parameterTypes)
    {
        _session = session;
        _statement = statement;
        _text = text;
        ParameterTypes = parameterTypes;
    }

    /// <summary>The statement.</summary>
    public Statement Statement => _statement;

    /// <summary>Types of $1, $2, ...: as declared, or inferred; text where nothing decides.</summary>
    public NodeList<SqlType> ParameterTypes { get; }

    /// <summary>Columns of the rows; null when the statement answers with a command tag alone.</summary>
    public NodeList<ResultColumn>? Columns { get; private init; }

    /// <summary>Runs the statement.</summary>
    /// <param name="parameters">As many values as <see cref="ParameterTypes"/>, of those types; numerics with the digits they have.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="QueryException">0A000: the columns are no longer those described; or the statement failed.</exception>
    public Task<StatementResult> ExecuteAsync(NodeList<Literal> parameters, CancellationToken cancellation = default) =>
        _session.RunAsync(_statement, _text, query => RunAsync(parameters, query.Token), cancellation);

    /// <summary>What must not change between describing and running: digits of numerics may.</summary>
    private static (string Name, SqlType Type) Shape(ResultColumn column) =>
        (column.Name, column.Type.Kind == TypeKind.Numeric ? new SqlType(TypeKind.Numeric) : column.Type);

    internal static async Task<PreparedQuery> CreateAsync(
        Session session, Statement statement, IReadOnlyList<SqlType?> parameterTypes, int parameterCount, string? text, CancellationToken cancellation)
    {
        if (statement is QueryStatement query)
        {
            AnalyzedQuery analyzed = session.Pipeline.AnalyzeTyped(query.Query, parameterTypes);
            return new PreparedQuery(session, statement, text, analyzed.ParameterTypes)
            {
                Columns = analyzed.Plan.Output.Map(static column => new ResultColumn(column.Name, column.Type, column.IsNullable)),
            };
        }

        int count = Math.Max(parameterCount, parameterTypes.Count);
        NodeList<SqlType> types = [.. Enumerable.Range(0, count).Select(index => parameterTypes.ElementAtOrDefault(index) ?? SqlType.Text)];
        return new PreparedQuery(session, statement, text, types) { Columns = await ColumnsAsync(session, statement, cancellation).ConfigureAwait(false) };
    }

    /// <summary>Columns of statements that are no queries but answer with rows. Those that read no table are run to see them.</summary>
    private static async Task<NodeList<ResultColumn>?> ColumnsAsync(Session session, Statement statement, CancellationToken cancellation)
    {
        switch (statement)
        {
            case Explain:
                return [new ResultColumn("QUERY PLAN", SqlType.Text, false)];
            case Execute execute:
                return session.Prepared.GetValueOrDefault(execute.Name.Value) is { Statement: QueryStatement prepared } prepare
                    ? session.Pipeline.Check(prepared.Query, prepare.ParameterTypes)
                    : null;
            case ShowSetting or ShowObjects or Describe or Summarize:
                await using (StatementResult result = await StatementRouter.ExecuteAsync(statement, session, cancellation).ConfigureAwait(false))
                {
                    return (result as StatementResult.Rows)?.Columns;
                }

            default:
                return null;
        }
    }

    private async Task<StatementResult> RunAsync(NodeList<Literal> parameters, CancellationToken running)
    {
        if (_statement is QueryStatement query)
        {
            AnalyzedQuery analyzed = _session.Pipeline.AnalyzeTyped(query.Query, [.. parameters.Select(static value => value.ValueType)]);
            PlannedQuery planned = _session.Pipeline.PlanAnalyzed(analyzed);
            return planned.Columns.Select(Shape).SequenceEqual(Columns!.Select(Shape))
                ? _session.Pipeline.Start(planned, "SELECT", running, parameters)
                : throw new QueryException("0A000", ErrorKind.Unsupported, "cached plan must not change result type");
        }

        _session.Pipeline.Bound = new BoundParameters(parameters.Map(static value => value.ValueType), parameters);
        try
        {
            return await StatementRouter.ExecuteAsync(_statement, _session, running).ConfigureAwait(false);
        }
        finally
        {
            _session.Pipeline.Bound = null;
        }
    }
}
