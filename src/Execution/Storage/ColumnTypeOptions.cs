using System.Text.Json;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>The arguments columns and types of read_csv and read_json, as DuckDB has them: {'name': 'type', …}, and for types also ['type', …].</summary>
/// <remarks>They come as options, which are texts: JSON objects of type names, or lists.</remarks>
internal static class ColumnTypeOptions
{
    /// <summary>All columns: columns => {'id': 'bigint', 'name': 'text'}.</summary>
    /// <exception cref="QueryException">22023: no such form; 42704: no such type.</exception>
    public static NodeList<TableColumn> Columns(string option, string value)
    {
        using JsonDocument document = Parse(option, value);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.EnumerateObject().Any()
            ? [.. document.RootElement.EnumerateObject().Select(property => new TableColumn(property.Name, TypeOf(option, property.Value)))]
            : throw TextFileErrors.InvalidOption(option, value);
    }

    /// <summary>The columns found in a file, with the types that the argument gives some of them, by name or by place.</summary>
    /// <exception cref="QueryException">22023: no such form; 42703: the file lacks a column; 42704: no such type.</exception>
    public static NodeList<TableColumn> Override(NodeList<TableColumn> found, string option, string value)
    {
        if (value is ['[', .., ']'])
        {
            string[] names = CsvItems(value);
            return names.Length <= found.Count
                ? [.. found.Select((column, i) => i < names.Length ? column with { Type = TypeOf(names[i]) } : column)]
                : throw new QueryException("22023", ErrorKind.User, $"option \"{option}\" gives {names.Length} types, but the file has {found.Count} columns");
        }

        using JsonDocument document = Parse(option, value);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw TextFileErrors.InvalidOption(option, value);
        }

        var types = document.RootElement.EnumerateObject().ToDictionary(static property => property.Name, property => TypeOf(option, property.Value), StringComparer.OrdinalIgnoreCase);
        string? missing = types.Keys.FirstOrDefault(name => !found.Any(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
        return missing is null
            ? [.. found.Select(column => types.TryGetValue(column.Name, out SqlType? type) ? column with { Type = type } : column)]
            : throw new QueryException("42703", ErrorKind.User, $"option \"{option}\" names a column that is not in the file: \"{missing}\"");
    }

    /// <summary>The option's text for columns of known types.</summary>
    public static string TextOf(IEnumerable<TableColumn> columns) =>
        JsonSerializer.Serialize(columns.ToDictionary(static column => column.Name, static column => column.Type.ToString(), StringComparer.OrdinalIgnoreCase));

    private static JsonDocument Parse(string option, string value)
    {
        try
        {
            return JsonDocument.Parse(value);
        }
        catch (JsonException)
        {
            throw TextFileErrors.InvalidOption(option, value);
        }
    }

    /// <summary>The items of a list; commas in parentheses are of an item: numeric(5,2).</summary>
    private static string[] CsvItems(string list)
    {
        var items = new List<string>();
        int start = 1, depth = 0;
        for (int i = 1; i < list.Length; i++)
        {
            depth += list[i] == '(' ? 1 : list[i] == ')' ? -1 : 0;
            if (i == list.Length - 1 || (list[i] == ',' && depth == 0))
            {
                items.Add(list[start..i].Trim().Trim('\''));
                start = i + 1;
            }
        }

        return [.. items];
    }

    private static SqlType TypeOf(string option, JsonElement value) => value.ValueKind == JsonValueKind.String ? TypeOf(value.GetString()!) : throw TextFileErrors.InvalidOption(option, value.GetRawText());

    private static SqlType TypeOf(string name) => TypeNames.Resolve(SqlParser.ParseTypeName(name));
}
