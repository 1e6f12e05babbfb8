using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Tests.Ipc;

/// <summary>Rows in one form that both sides of a comparison can make: JSON in which numbers are text.</summary>
internal static partial class CanonicalRows
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The rows of a batch that count, a JSON array each.</summary>
    public static IEnumerable<string> Of(ArrowSchema schema, Batch batch)
    {
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection == null ? i : batch.Selection.Rows[i];
            yield return new JsonArray([.. batch.Columns.Select((column, index) => Of(schema.Fields[index].Type, VectorValues.Get(column, row)))]).ToJsonString(Plain) is var text ? SurrogatePattern().Replace(text, static match => ((char)Convert.ToInt32(match.Groups[1].Value, 16)).ToString()) : "";
        }
    }

    public static string Schema(ArrowSchema schema) => string.Join(", ", schema.Fields);

    private static JsonNode? Of(ArrowType type, object? value) => value switch
    {
        null => null,
        bool boolean => boolean,
        float number => Double(number),
        double number => Double(number),
        byte[] bytes => Convert.ToHexStringLower(bytes),
        string text => text,
        Interval interval => $"{interval.Months},{interval.Days},{interval.Microseconds}",
        UnionValue union => new JsonArray(union.Child, Of(type.Children![union.Child].Type, union.Value)),
        object?[] items when type.Id == ArrowTypeId.Struct => new JsonArray([.. items.Select((item, i) => Of(type.Children![i].Type, item))]),
        object?[] items => new JsonArray([.. items.Select(item => Of(type.Children![0].Type, item))]),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    /// <summary>The one thing that the encoder escapes and JavaScript does not.</summary>
    [GeneratedRegex(@"\\u(D[0-9A-F]{3})")]
    private static partial Regex SurrogatePattern();

    private static string Double(double value) => double.IsNaN(value) ? "NaN" : BitConverter.DoubleToUInt64Bits(value).ToString("x", CultureInfo.InvariantCulture);
}
