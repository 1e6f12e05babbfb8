using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Csv;
using SqlCluster.Execution.Json;

namespace SqlCluster.Execution.Storage;

/// <summary>Columns that are kept in the names of folders, as Hive does it: year=2024/month=1/data.parquet.</summary>
internal static class FolderColumns
{
    /// <summary>What stands for NULL in a folder's name.</summary>
    public const string NullName = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>Names and texts in a path, outermost folder first.</summary>
    public static List<(string Name, string? Text)> Parse(string path)
    {
        var found = new List<(string, string?)>();
        string[] parts = path.Split(Path.DirectorySeparatorChar);
        foreach (string part in parts.AsSpan(0, parts.Length - 1))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                string value = part[(equals + 1)..];
                found.Add((Uri.UnescapeDataString(part[..equals]), value is NullName ? null : Uri.UnescapeDataString(value)));
            }
        }

        return found;
    }

    /// <summary>The columns that all files have in their paths; empty when the paths disagree.</summary>
    public static NodeList<TableColumn> Find(IReadOnlyList<string> files)
    {
        List<(string Name, string? Text)>[] parsed = [.. files.Select(Parse)];
        string[] names = [.. parsed[0].Select(static pair => pair.Name)];
        if (names.Length == 0 || names.Distinct().Count() < names.Length || !Array.TrueForAll(parsed, values => values.Select(static pair => pair.Name).SequenceEqual(names)))
        {
            return [];
        }

        return [.. names.Select((name, i) => new TableColumn(name, TypeOf([.. parsed.Select(values => values[i].Text)])))];
    }

    /// <summary>A folder's text as a value of its column's type.</summary>
    /// <exception cref="Parser.Errors.QueryException">22P02: it is none.</exception>
    public static Literal Value(string path, string? text, TableColumn column)
    {
        try
        {
            return text == null ? Literal.Null(column.Type) : JsonValues.Scalar(text, column.Type);
        }
        catch (JsonValueException)
        {
            throw ExecutionErrors.InvalidText(column.Type.ToString(), $"{column.Name}={text} in {path}");
        }
    }

    /// <summary>The name of a folder for a value.</summary>
    public static string FolderName(string name, string? text) => $"{Uri.EscapeDataString(name)}={(text == null ? NullName : Uri.EscapeDataString(text))}";

    private static SqlType TypeOf(string?[] texts)
    {
        byte[][] values = [.. texts.Where(static text => text != null).Select(static text => Encoding.UTF8.GetBytes(text!))];
        return values.Length == 0 ? SqlType.Text
            : Array.TrueForAll(values, static value => CsvValues.TryLong(value, out _)) ? SqlType.BigInt
            : Array.TrueForAll(values, static value => CsvValues.TryDate(value, out _)) ? SqlType.Date
            : Array.TrueForAll(values, static value => CsvValues.TryTimestamp(value, out _)) ? SqlType.Timestamp
            : SqlType.Text;
    }
}
