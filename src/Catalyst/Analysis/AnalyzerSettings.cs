using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Catalyst.Analysis;

/// <summary>What analysis needs to know of the session and the statement.</summary>
public sealed record AnalyzerSettings
{
    public static readonly AnalyzerSettings Default = new();

    /// <summary>Time zone, start of the transaction and date order: for date and time literals.</summary>
    public DateTimeFacts DateTime { get; init; } = DateTimeFacts.Utc;

    /// <summary>Types of $1, $2, ... that the client declared; null and unknown ones are inferred.</summary>
    public IReadOnlyList<SqlType?> ParameterTypes { get; init; } = [];

    /// <summary>The statement's text, so that error positions count characters; without it they count UTF-16 units.</summary>
    public string? StatementText { get; init; }

    /// <summary>Whether the tree is of the text that errors are shown beside; false for a statement prepared earlier: its errors have no position.</summary>
    public bool HasPositions { get; init; } = true;

    /// <summary>Tells what is wrong with a name written as a regclass, regtype, ...: the error of its cast, or null. Null: such names are looked up when the statement runs.</summary>
    public Func<Expressions.Cast, Parser.Errors.QueryException?>? CheckObjectName { get; init; }

    /// <summary>Hears of each relation that the query itself names, not those of its views; null: nobody asks.</summary>
    public Action<Parser.Ast.QualifiedName>? RelationRead { get; init; }

    /// <summary>Views that may be expanded within one another.</summary>
    public int MaxViewDepth { get; init; } = 64;

    /// <summary>Ends the analysis of a long statement.</summary>
    public CancellationToken Cancellation { get; init; }
}
