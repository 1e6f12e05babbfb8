using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>Shows a batch's values as text, row by row, as PostgreSQL's clients see them (booleans as t and f): for terminals, files and tests, not for bulk transfer.</summary>
public sealed class RowText
{
    private readonly IReadOnlyList<SqlType> _types;
    private readonly Zone _zone;
    private readonly IObjectNames? _names;
    private VectorReader[] _columns = [];

    /// <param name="types">SQL types of the columns.</param>
    /// <param name="timeZone">IANA name of the zone in which timestamptz is shown.</param>
    /// <param name="names">Turns ids of catalog objects into names; without it they are shown as numbers.</param>
    public RowText(IReadOnlyList<SqlType> types, string timeZone = "UTC", IObjectNames? names = null)
    {
        _names = names;
        _types = types;
        _zone = TimeZones.Find(timeZone);
    }

    /// <summary>Ends the work on a large value.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What is shown as jsonb.</summary>
    public JsonParts Json { get; init; }

    /// <summary>Turns to another batch, which must stay valid while it is read.</summary>
    public void Open(Batch batch) => _columns = Array.ConvertAll(batch.Columns, static column => new VectorReader(column));

    /// <summary>Whether a value is NULL.</summary>
    /// <param name="row">Row of the vectors, not of the selection.</param>
    /// <param name="column">Column.</param>
    public bool IsNull(int row, int column) => _columns[column].IsNull(row);

    /// <summary>A value's text, or null for NULL.</summary>
    /// <param name="row">Row of the vectors, not of the selection.</param>
    /// <param name="column">Column.</param>
    public string? Get(int row, int column)
    {
        ref readonly VectorReader reader = ref _columns[column];
        SqlType type = _types[column];
        return reader.IsNull(row) ? null
            : type.Kind == TypeKind.Boolean ? (reader.Boolean(row) ? "t" : "f")
            : type.Kind == TypeKind.Char ? TextForms.Padded(TextForms.Format(type, in reader, row, _zone, _names, Cancellation), type.Precision)
            : TextForms.Format(type, in reader, row, _zone, _names, Cancellation, Json);
    }

    /// <summary>All columns of a row.</summary>
    public string?[] GetRow(int row)
    {
        var values = new string?[_columns.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Get(row, i);
        }

        return values;
    }
}
