using System.Globalization;
using SqlCluster.Flight.Protos;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Sessions;
using ErrorValue = SqlCluster.Flight.Protos.SetSessionOptionsResult.Types.ErrorValue;
using Kind = SqlCluster.Flight.Protos.SessionOptionValue.OptionValueOneofCase;

namespace SqlCluster.Server.FlightSql.Actions;

/// <summary>Session options: the engine's settings by their names, and "catalog" and "schema" as all drivers know them.</summary>
internal static class SessionOptions
{
    private const string Catalog = "catalog", Schema = "schema", SearchPath = "search_path";

    /// <summary>Sets options one by one; those that fail are in the answer and stay as they were.</summary>
    public static SetSessionOptionsResult Set(Session session, SetSessionOptionsRequest request)
    {
        var result = new SetSessionOptionsResult();
        foreach ((string name, SessionOptionValue value) in request.SessionOptions)
        {
            if (Set(session, name, value) is { } error)
            {
                result.Errors[name] = new SetSessionOptionsResult.Types.Error { Value = error };
            }
        }

        return result;
    }

    public static GetSessionOptionsResult Get(Session session)
    {
        var result = new GetSessionOptionsResult();
        result.SessionOptions[Catalog] = Text(session.Engine.Database.Name);
        result.SessionOptions[Schema] = Text(session.Settings.SearchPath.FirstOrDefault(session.Catalog.Shared.HasSchema) ?? "");
        foreach ((SettingDefinition definition, string value) in session.Settings.List())
        {
            result.SessionOptions[definition.Name] = Text(value);
        }

        return result;
    }

    private static SessionOptionValue Text(string value) => new() { StringValue = value };

    private static ErrorValue? Set(Session session, string name, SessionOptionValue value)
    {
        try
        {
            switch (name)
            {
                case Catalog:
                    return value.OptionValueCase == Kind.None || TextOf(value) == session.Engine.Database.Name ? null : ErrorValue.InvalidValue;
                case Schema when value.OptionValueCase == Kind.None:
                    session.Settings.Reset(SearchPath);
                    return null;
                case Schema:
                    string schema = TextOf(value);
                    if (!session.Catalog.Shared.HasSchema(schema))
                    {
                        return ErrorValue.InvalidValue;
                    }

                    session.Settings.Set(SearchPath, $"\"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
                    return null;
                default:
                    if (value.OptionValueCase == Kind.None)
                    {
                        session.Settings.Reset(name);
                    }
                    else
                    {
                        session.Settings.Set(name, TextOf(value));
                    }

                    return null;
            }
        }
        catch (QueryException error)
        {
            return error.SqlState switch
            {
                "42704" => ErrorValue.InvalidName,
                "22023" => ErrorValue.InvalidValue,
                _ => ErrorValue.Error,
            };
        }
    }

    private static string TextOf(SessionOptionValue value) => value.OptionValueCase switch
    {
        Kind.StringValue => value.StringValue,
        Kind.BoolValue => value.BoolValue ? "on" : "off",
        Kind.Int64Value => value.Int64Value.ToString(CultureInfo.InvariantCulture),
        Kind.DoubleValue => value.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
        Kind.StringListValue => string.Join(", ", value.StringListValue.Values),
        _ => "",
    };
}
