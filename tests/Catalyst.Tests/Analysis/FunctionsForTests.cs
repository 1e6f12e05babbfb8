using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Analysis;

/// <summary>Signatures of the functions that analyzer tests call, with PostgreSQL's overloads.</summary>
internal sealed class FunctionsForTests : IFunctionCatalog
{
    private static readonly SqlType Numeric = NumericTyping.Unconstrained;
    private readonly Dictionary<string, List<FunctionSignature>> _byName = new(StringComparer.Ordinal);

    private FunctionsForTests()
    {
        AddArithmetic();
        AddDateTime();
        AddScalars();
        AddAggregates();
        AddWindowsAndSets();
        AddSpecial();
    }

    public static FunctionsForTests Catalog { get; } = new();

    public IEnumerable<FunctionSignature> All => _byName.Values.SelectMany(static overloads => overloads);

    public IReadOnlyList<FunctionSignature> Find(string name) => _byName.TryGetValue(name, out List<FunctionSignature>? overloads) ? overloads : [];

    private void AddArithmetic()
    {
        (string Name, Func<SqlType, SqlType, SqlType> Numeric)[] operators =
            [("+", NumericTyping.Add), ("-", NumericTyping.Add), ("*", NumericTyping.Multiply), ("/", NumericTyping.Divide), ("%", NumericTyping.Modulo)];
        foreach ((string name, Func<SqlType, SqlType, SqlType> numeric) in operators)
        {
            foreach (SqlType type in new[] { SqlType.SmallInt, SqlType.Integer, SqlType.BigInt, SqlType.Real, SqlType.DoublePrecision })
            {
                if (name != "%" || type.IsInteger)
                {
                    Add(name, type, type, type);
                }
            }

            Add(name, types => numeric(types[0], types[1]), FunctionKind.Scalar, Numeric, Numeric);
        }

        Add("^", SqlType.DoublePrecision, SqlType.DoublePrecision, SqlType.DoublePrecision);
        Add("^", Numeric, Numeric, Numeric);
        foreach (SqlType type in new[] { SqlType.SmallInt, SqlType.Integer, SqlType.BigInt, SqlType.Real, SqlType.DoublePrecision, Numeric, SqlType.Interval })
        {
            Add("-", static types => types[0], FunctionKind.Scalar, type);
            Add("abs", static types => types[0], FunctionKind.Scalar, type);
        }
    }

    private void AddDateTime()
    {
        Add("-", SqlType.Integer, SqlType.Date, SqlType.Date);
        Add("+", SqlType.Date, SqlType.Date, SqlType.Integer);
        Add("+", SqlType.Date, SqlType.Integer, SqlType.Date);
        Add("-", SqlType.Date, SqlType.Date, SqlType.Integer);
        Add("+", SqlType.Timestamp, SqlType.Date, SqlType.Interval);
        Add("+", SqlType.Timestamp, SqlType.Interval, SqlType.Date);
        Add("-", SqlType.Timestamp, SqlType.Date, SqlType.Interval);
        Add("+", SqlType.Timestamp, SqlType.Timestamp, SqlType.Interval);
        Add("-", SqlType.Timestamp, SqlType.Timestamp, SqlType.Interval);
        Add("+", SqlType.TimestampTz, SqlType.TimestampTz, SqlType.Interval);
        Add("-", SqlType.TimestampTz, SqlType.TimestampTz, SqlType.Interval);
        Add("-", SqlType.Interval, SqlType.Timestamp, SqlType.Timestamp);
        Add("-", SqlType.Interval, SqlType.TimestampTz, SqlType.TimestampTz);
        Add("+", SqlType.Interval, SqlType.Interval, SqlType.Interval);
        Add("-", SqlType.Interval, SqlType.Interval, SqlType.Interval);
        Add("*", SqlType.Interval, SqlType.Interval, SqlType.DoublePrecision);
        Add("*", SqlType.Interval, SqlType.DoublePrecision, SqlType.Interval);
    }

    private void AddScalars()
    {
        Add("||", SqlType.Text, SqlType.Text, SqlType.Text);
        AddParameters("||", SqlType.Text, SqlType.Text, ParameterType.Any);
        AddParameters("||", SqlType.Text, ParameterType.Any, SqlType.Text);
        Add("upper", SqlType.Text, SqlType.Text);
        Add("lower", SqlType.Text, SqlType.Text);
        Add("length", SqlType.Integer, SqlType.Text);
        Add("length", SqlType.Integer, SqlType.Bytea);
        Add("substring", SqlType.Text, SqlType.Text, SqlType.Integer);
        Add("substring", SqlType.Text, SqlType.Text, SqlType.Integer, SqlType.Integer);
        Add("substring", SqlType.Text, SqlType.Text, SqlType.Text);
        Add("substr", SqlType.Text, SqlType.Text, SqlType.Integer, SqlType.Integer);
        Add("position", SqlType.Integer, SqlType.Text, SqlType.Text);
        Add("btrim", SqlType.Text, SqlType.Text);
        Add("btrim", SqlType.Text, SqlType.Text, SqlType.Text);
        Add("~", SqlType.Boolean, SqlType.Text, SqlType.Text);
        Add("round", SqlType.DoublePrecision, SqlType.DoublePrecision);
        Add("round", Numeric, Numeric);
        Add("round", Numeric, Numeric, SqlType.Integer);
        Add("sqrt", SqlType.DoublePrecision, SqlType.DoublePrecision);
        Add("sqrt", Numeric, Numeric);
        Add("concat", SqlType.Text, [ParameterType.Any], isVariadic: true);
        Add("greatest", static types => types[0], [ParameterType.AnyElement], isVariadic: true);
        Add("least", static types => types[0], [ParameterType.AnyElement], isVariadic: true);
        Add("random", static _ => SqlType.DoublePrecision, [], volatility: Volatility.Volatile);
    }

    private void AddAggregates()
    {
        Add("count", static _ => SqlType.BigInt, [], FunctionKind.Aggregate);
        Add("count", static _ => SqlType.BigInt, [ParameterType.Any], FunctionKind.Aggregate);
        foreach (SqlType type in new[] { SqlType.SmallInt, SqlType.Integer, SqlType.BigInt, SqlType.Real, SqlType.DoublePrecision, Numeric, SqlType.Interval })
        {
            Add("sum", static types => NumericTyping.Sum(types[0]), FunctionKind.Aggregate, type);
            Add("avg", static types => NumericTyping.Average(types[0]), FunctionKind.Aggregate, type);
            Add("stddev_samp", types => types[0].IsFloat ? SqlType.DoublePrecision : Numeric, FunctionKind.Aggregate, type);
        }

        Add("min", static types => types[0], [ParameterType.AnyElement], FunctionKind.Aggregate);
        Add("max", static types => types[0], [ParameterType.AnyElement], FunctionKind.Aggregate);
        Add("string_agg", static _ => SqlType.Text, [SqlType.Text, SqlType.Text], FunctionKind.Aggregate);
        Add("percentile_cont", static _ => SqlType.DoublePrecision, [SqlType.DoublePrecision, SqlType.DoublePrecision], FunctionKind.Aggregate);
    }

    private void AddWindowsAndSets()
    {
        foreach (string name in new[] { "row_number", "rank", "dense_rank" })
        {
            Add(name, static _ => SqlType.BigInt, [], FunctionKind.Window);
        }

        Add("lag", static types => types[0], [ParameterType.AnyElement, SqlType.Integer, ParameterType.AnyElement], FunctionKind.Window, optional: 2);
        Add("first_value", static types => types[0], [ParameterType.AnyElement], FunctionKind.Window);
        Add("generate_series", static types => types[0], [SqlType.Integer, SqlType.Integer, SqlType.Integer], FunctionKind.Table, optional: 1);
        Add("generate_series", static types => types[0], [SqlType.BigInt, SqlType.BigInt, SqlType.BigInt], FunctionKind.Table, optional: 1);
        Add("unnest", static types => types[0].Element!, [ParameterType.AnyArray], FunctionKind.Table);
    }

    private void AddSpecial()
    {
        Add(SpecialFunctions.RowLimit, SqlType.BigInt, SqlType.BigInt);
        Add(SpecialFunctions.RowOffset, SqlType.BigInt, SqlType.BigInt);
        foreach (SqlType type in new[] { SqlType.Date, SqlType.Time, SqlType.Timestamp, SqlType.TimestampTz, SqlType.Interval })
        {
            Add(SpecialFunctions.Extract, SqlType.Numeric(38, 6), SqlType.Text, type);
        }

        Add(SpecialFunctions.TimeZone, SqlType.TimestampTz, SqlType.Text, SqlType.Timestamp);
        Add(SpecialFunctions.TimeZone, SqlType.Timestamp, SqlType.Text, SqlType.TimestampTz);
        Add(SpecialFunctions.ArrayConstructor, static types => SqlType.Array(types[0]), [ParameterType.AnyElement], isVariadic: true, optional: 1);
        Add(SpecialFunctions.ArraySubscript, static types => types[0].Element!, [ParameterType.AnyArray, SqlType.Integer]);
        Add(SpecialFunctions.MatchingDimensions, static types => types[0], [ParameterType.AnyArray]);
        Add(SpecialFunctions.ArraySlice, static types => types[0], [ParameterType.AnyArray, SqlType.Integer, SqlType.Integer]);
        Add(SpecialFunctions.RowConstructor, static _ => SqlType.Void, [ParameterType.Any], isVariadic: true, optional: 1);
        Add(SpecialFunctions.Field, static _ => SqlType.Void, [ParameterType.Any, SqlType.Integer]);
        Add(SpecialFunctions.MapConstructor, static _ => SqlType.Void, [ParameterType.Any], isVariadic: true, optional: 1);
        Add(SpecialFunctions.MapSubscript, static types => types[0].Element!, [ParameterType.Any, ParameterType.Any]);
        Add(SpecialFunctions.CompareAny, static _ => SqlType.Boolean, [SqlType.Text, ParameterType.AnyElement, ParameterType.AnyArray]);
        Add(SpecialFunctions.CompareAll, static _ => SqlType.Boolean, [SqlType.Text, ParameterType.AnyElement, ParameterType.AnyArray]);
        Add(SpecialFunctions.LikeEscape, SqlType.Text, SqlType.Text, SqlType.Text);
        Add(SpecialFunctions.SimilarToEscape, SqlType.Text, SqlType.Text);
        Add(SpecialFunctions.CurrentDate, static _ => SqlType.Date, []);
        Add(SpecialFunctions.CurrentTimestamp, static _ => SqlType.TimestampTz, []);
        Add(SpecialFunctions.CurrentUser, static _ => SqlType.Name, []);
    }

    private void Add(string name, SqlType result, params SqlType[] parameters) => Add(name, _ => result, FunctionKind.Scalar, parameters);

    private void AddParameters(string name, SqlType result, params ParameterType[] parameters) => Add(name, _ => result, parameters);

    private void Add(string name, SqlType result, ParameterType[] parameters, bool isVariadic) => Add(name, _ => result, parameters, isVariadic: isVariadic);

    private void Add(string name, Func<IReadOnlyList<SqlType>, SqlType> result, FunctionKind kind, params SqlType[] parameters) =>
        Add(name, result, [.. parameters.Select(static type => (ParameterType)type)], kind);

    private void Add(
        string name, Func<IReadOnlyList<SqlType>, SqlType> result, ParameterType[] parameters, FunctionKind kind = FunctionKind.Scalar, bool isVariadic = false, int optional = 0,
        Volatility volatility = Volatility.Immutable)
    {
        if (!_byName.TryGetValue(name, out List<FunctionSignature>? overloads))
        {
            _byName.Add(name, overloads = []);
        }

        overloads.Add(new FunctionSignature
        {
            Name = name, Kind = kind, Parameters = parameters, IsVariadic = isVariadic, OptionalParameters = optional, ReturnType = result, Volatility = volatility,
            NeverNull = name is "count" or "row_number",
            StateTypes = kind != FunctionKind.Aggregate ? null : name switch
            {
                "sum" or "count" or "min" or "max" => types => [result(types)],
                "avg" => types => [result(types), SqlType.BigInt],
                _ => null,
            },
        });
    }
}
