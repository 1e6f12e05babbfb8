using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Statements;
using SqlCluster.Server.Statements.Changes;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.Sessions;

/// <summary>Types and values of a statement's parameters, $1 first.</summary>
public sealed record BoundParameters(NodeList<SqlType> Types, NodeList<Literal> Values);

/// <summary>A statement whose parameters and columns are known, to be run any number of times: what prepared statements of all doors are.</summary>
/// <remarks>
/// Plans are kept and used again while the tables, views and settings they were made from are the same. Should the columns have changed, the run fails
/// with PostgreSQL's 0A000, on which drivers prepare anew.
/// </remarks>
public sealed class PreparedQuery
{
    /// <summary>Plans kept for values of different types: numerics have those of their digits.</summary>
    private const int MaxPlans = 4;

    private readonly Session _session;
    private readonly Statement _statement;
    private readonly string? _text;
    private readonly List<CachedPlan> _plans = [];

    private PreparedQuery(Session session, Statement statement, string? text, NodeList<SqlType> parameterTypes)
    {
        _session = session;
        _statement = statement;
        _text = text;
        ParameterTypes = parameterTypes;
    }

    /// <summary>The statement.</summary>
    public Statement Statement => _statement;

    /// <summary>The text that the client sent, when it did.</summary>
    internal string? Text => _text;

    /// <summary>Types of $1, $2, ...: as declared, or inferred; text where nothing decides.</summary>
    public NodeList<SqlType> ParameterTypes { get; }

    /// <summary>Columns of the rows; null when the statement answers with a command tag alone.</summary>
    public NodeList<ResultColumn>? Columns { get; private init; }

    /// <summary>Whether tables and settings are as they were when the statement was prepared, as far as a plan tells.</summary>
    internal bool IsCurrent => _plans.Count > 0 && _plans[^1].Holds(_session);

    /// <summary>Whether its last execution had its rows as soon as it was started, so that the next one will.</summary>
    internal bool RunsAtOnce { get; private set; }

    /// <summary>Runs the statement.</summary>
    /// <param name="parameters">As many values as <see cref="ParameterTypes"/>, of those types; numerics with the digits they have.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="QueryException">0A000: the columns are no longer those described; or the statement failed.</exception>
    public Task<StatementResult> ExecuteAsync(NodeList<Literal> parameters, CancellationToken cancellation = default) =>
        _session.RunAsync(_statement, _text, query => RunAsync(parameters, query.Token), cancellation);

    /// <summary>Runs a query without parameters that has just been prepared, or found current.</summary>
    internal StatementResult StartAtOnce(CancellationToken running) => _session.Pipeline.Start(_plans[^1].For([]), Columns!, "SELECT", running, []);

    internal static async Task<PreparedQuery> CreateAsync(
        Session session, Statement statement, IReadOnlyList<SqlType?> parameterTypes, int parameterCount, string? text, CancellationToken cancellation)
    {
        if (statement is QueryStatement query)
        {
            return Create(session, query, parameterTypes, text);
        }

        NodeList<SqlType> types = ParameterInference.Types(statement, parameterTypes, parameterCount, session);
        return new PreparedQuery(session, statement, text, types) { Columns = await ColumnsAsync(session, statement, types, cancellation).ConfigureAwait(false) };
    }

    internal static PreparedQuery Create(Session session, QueryStatement query, IReadOnlyList<SqlType?> parameterTypes, string? text)
    {
        CachedPlan plan = CachedPlan.Make(session, query.Query, parameterTypes);
        var prepared = new PreparedQuery(session, query, text, plan.ParameterTypes) { Columns = plan.Columns };
        prepared._plans.Add(plan);
        return prepared;
    }

    /// <summary>The kept plan for these values, or a new one.</summary>
    private CachedPlan Plan(Query query, NodeList<Literal> parameters)
    {
        for (int i = _plans.Count - 1; i >= 0; i--)
        {
            CachedPlan kept = _plans[i];
            if (!IsFor(kept, parameters))
            {
                continue;
            }

            if (kept.Holds(_session))
            {
                return kept;
            }

            _plans.RemoveAt(i);
        }

        CachedPlan plan = CachedPlan.Make(_session, query, [.. parameters.Select(static value => value.ValueType)]);
        if (!plan.Columns.Select(Shape).SequenceEqual(Columns!.Select(Shape)))
        {
            throw StatementErrors.ResultTypeChanged();
        }

        if (_plans.Count == MaxPlans)
        {
            _plans.RemoveAt(0);
        }

        _plans.Add(plan);
        return plan;
    }

    private static bool IsFor(CachedPlan plan, NodeList<Literal> parameters)
    {
        NodeList<SqlType> types = plan.ParameterTypes;
        for (int i = 0; i < types.Count; i++)
        {
            if (!types[i].Equals(parameters[i].ValueType))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What must not change between describing and running.</summary>
    private static (string Name, SqlType Type) Shape(ResultColumn column) => (column.Name, Shape(column.Type));

    /// <summary>As clients see it: a numeric without digits, an array without dimensions.</summary>
    private static SqlType Shape(SqlType type) => type switch
    {
        { Kind: TypeKind.Numeric } => new SqlType(TypeKind.Numeric),
        { Kind: TypeKind.Array, Variant: TypeVariant.None, Element: { Kind: TypeKind.Array } inner } => Shape(inner),
        { Kind: TypeKind.Array, Variant: TypeVariant.None } => SqlType.Array(Shape(type.Element!)),
        _ => type,
    };

    /// <summary>Columns of statements that are no queries but answer with rows. Those that read no table are run to see them.</summary>
    private static async Task<NodeList<ResultColumn>?> ColumnsAsync(Session session, Statement statement, NodeList<SqlType> types, CancellationToken cancellation)
    {
        switch (statement)
        {
            case Explain:
                return [new ResultColumn("QUERY PLAN", SqlType.Text, false)];
            case Execute execute:
                return session.Prepared.GetValueOrDefault(execute.Name.Value) switch
                {
                    { Statement: QueryStatement prepared } prepare => ResultColumn.Of(session.Pipeline.AnalyzePrepared(prepared.Query, prepare.Types)),
                    { Statement: Insert or Update or Delete or ChangingQuery } prepare => await ColumnsAsync(
                        session, prepare.Statement, prepare.Types, cancellation).ConfigureAwait(false),
                    _ => null,
                };
            case Insert or Update or Delete or ChangingQuery:
                return ChangeStatements.ColumnsOf(statement, types, session);
            case FetchCursor fetch:
                return CursorStatements.Columns(fetch, session);
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
            CachedPlan plan = Plan(query.Query, parameters);
            StatementResult.Rows rows = _session.Pipeline.Start(plan.For(parameters), plan.Columns, "SELECT", running, parameters);
            RunsAtOnce = rows.Execution is DirectExecution;
            return rows;
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
