using SqlCluster.Catalyst.Expressions;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.Sessions;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.FlightSql.Statements;

/// <summary>A prepared statement and the values last bound to it. May be run by several calls at once.</summary>
/// <param name="owner">Its session.</param>
/// <param name="transaction">The transaction it was prepared in and runs in; null: none.</param>
/// <param name="text">As the client sent it.</param>
/// <param name="statement">Its syntax.</param>
/// <param name="query">Its parameters and columns.</param>
internal sealed class FlightPrepared(FlightSession owner, FlightTransaction? transaction, string text, Statement statement, PreparedQuery query)
{
    private volatile IReadOnlyList<NodeList<Literal>>? _bound;

    public Guid Handle { get; } = Guid.NewGuid();

    public FlightSession Owner => owner;

    public FlightTransaction? Transaction => transaction;

    public string Text => text;

    public Statement Statement => statement;

    public PreparedQuery Query => query;

    /// <summary>Rows of values, one run each; null before the first binding.</summary>
    public IReadOnlyList<NodeList<Literal>>? Bound
    {
        get => _bound;
        set => _bound = value;
    }

    /// <summary>The rows of values to run with: a statement without parameters has one empty row.</summary>
    /// <exception cref="Parser.Errors.QueryException">08P01: nothing is bound.</exception>
    public IReadOnlyList<NodeList<Literal>> Rows =>
        query.ParameterTypes.Count == 0 ? [NodeList<Literal>.Empty] : Bound ?? throw FlightErrors.NothingBound(query.ParameterTypes.Count);
}
