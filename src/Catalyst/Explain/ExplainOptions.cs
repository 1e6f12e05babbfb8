using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Explain;

/// <summary>Which step of a query's life EXPLAIN shows.</summary>
public enum ExplainStep
{
    /// <summary>The physical plan, as PostgreSQL's EXPLAIN: the default.</summary>
    Plan,
    /// <summary>The syntax tree, as SQL.</summary>
    Ast,
    /// <summary>The logical plan as analyzed.</summary>
    Analyzed,
    /// <summary>The logical plan that the optimizer made.</summary>
    Optimized,
    /// <summary>The physical plan without costs.</summary>
    Physical,
    /// <summary>The plan cut into stages.</summary>
    Stages,
    /// <summary>Each effective optimizer rule with the plan before and after.</summary>
    Trace,
}

/// <summary>How EXPLAIN's answer is written.</summary>
public enum ExplainFormat
{
    Text,
    Json,
    Xml,
    Yaml,
}

/// <summary>What EXPLAIN was asked for.</summary>
/// <param name="Step">Which step is shown.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Analyze">Runs the query and shows what each operator did.</param>
/// <param name="Verbose">Shows output columns.</param>
/// <param name="Costs">Shows costs, rows and widths; on by default for <see cref="ExplainStep.Plan"/>.</param>
/// <param name="Timing">Shows actual times with ANALYZE.</param>
/// <param name="Summary">Shows planning and execution time; on by default with ANALYZE.</param>
public sealed record ExplainOptions(ExplainStep Step, ExplainFormat Format, bool Analyze, bool Verbose, bool Costs, bool Timing, bool Summary)
{
    /// <summary>What plain EXPLAIN does.</summary>
    public static readonly ExplainOptions Default = new(ExplainStep.Plan, ExplainFormat.Text, false, false, true, true, false);

    /// <summary>Reads a statement's options: PostgreSQL's, and AST, ANALYZED, OPTIMIZED, PHYSICAL, STAGES, TRACE.</summary>
    /// <exception cref="QueryException">An unknown option (42601) or value (22023).</exception>
    public static ExplainOptions Of(Parser.Ast.Explain statement)
    {
        ExplainOptions options = Default;
        bool? costs = null, summary = null;
        foreach (StatementOption option in statement.Options)
        {
            switch (option.Name)
            {
                case "analyze": options = options with { Analyze = Flag(option) }; break;
                case "verbose": options = options with { Verbose = Flag(option) }; break;
                case "timing": options = options with { Timing = Flag(option) }; break;
                case "costs": costs = Flag(option); break;
                case "summary": summary = Flag(option); break;
                case "buffers" or "settings" or "wal" or "memory" or "generic_plan" or "serialize":
                    break;
                case "format": options = options with { Format = FormatOf(option) }; break;
                default: options = StepOf(option.Name) is { } step ? options with { Step = Flag(option) ? step : options.Step } : throw ExplainErrors.UnknownOption(option); break;
            }
        }

        return options with { Costs = costs ?? options.Step == ExplainStep.Plan, Summary = summary ?? options.Analyze };
    }

    private static ExplainStep? StepOf(string name) => name switch
    {
        "ast" => ExplainStep.Ast,
        "analyzed" => ExplainStep.Analyzed,
        "optimized" => ExplainStep.Optimized,
        "physical" => ExplainStep.Physical,
        "stages" => ExplainStep.Stages,
        "trace" => ExplainStep.Trace,
        _ => null,
    };

    private static bool Flag(StatementOption option) => option.Value is null || Word(option.Value) switch
    {
        "on" or "true" or "yes" or "1" => true,
        "off" or "false" or "no" or "0" => false,
        _ => throw ExplainErrors.NotBoolean(option),
    };

    private static ExplainFormat FormatOf(StatementOption option) => Word(option.Value) switch
    {
        "text" => ExplainFormat.Text,
        "json" => ExplainFormat.Json,
        "xml" => ExplainFormat.Xml,
        "yaml" => ExplainFormat.Yaml,
        _ => throw ExplainErrors.BadValue(option),
    };

    private static string Word(OptionValue? value) => value switch
    {
        OptionWord word => word.Word.ToLowerInvariant(),
        OptionString text => text.Value.ToLowerInvariant(),
        OptionNumber number => number.Text,
        _ => "",
    };
}

/// <summary>Errors of EXPLAIN's options.</summary>
internal static class ExplainErrors
{
    public static QueryException UnknownOption(StatementOption option) =>
        new("42601", ErrorKind.User, $"unrecognized EXPLAIN option \"{option.Name}\"", option.Span.Start + 1);

    public static QueryException BadValue(StatementOption option) =>
        new("22023", ErrorKind.User, $"unrecognized value for EXPLAIN option \"{option.Name}\": \"{option.Value switch { OptionWord word => word.Word, OptionString text => text.Value, OptionNumber number => number.Text, _ => "" }}\"", option.Span.Start + 1);

    public static QueryException NotBoolean(StatementOption option) => new("42601", ErrorKind.User, $"{option.Name.ToLowerInvariant()} requires a Boolean value", option.Span.Start + 1);
}
