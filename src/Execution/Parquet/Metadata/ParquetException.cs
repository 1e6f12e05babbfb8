using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Says that a Parquet file is damaged or uses something this reader does not support.</summary>
/// <remarks>
/// Decoders know only what is wrong; the readers around them add where: <see cref="At"/> fills the places that are still empty, so the
/// innermost caller wins. The message reads <c>parquet page is damaged: reason (file "f", row group 2, column "a.b", page 3)</c>.
/// </remarks>
public sealed class ParquetException : Exception
{
    /// <summary>SQLSTATE data_corrupted.</summary>
    public const string Corrupted = "XX001";

    /// <summary>SQLSTATE feature_not_supported.</summary>
    public const string Unsupported = "0A000";

    /// <summary>SQLSTATE datetime_field_overflow, numeric_value_out_of_range: a sound file holds a value the SQL type cannot.</summary>
    public const string OutOfRange = "22003";

    private readonly string _reason;

    public ParquetException(string reason, string sqlState = Corrupted, Exception? cause = null)
        : base(reason, cause)
    {
        _reason = reason;
        SqlState = sqlState;
    }

    public string SqlState { get; }

    public string? File { get; private set; }

    public string? Column { get; private set; }

    public int? RowGroup { get; private set; }

    public int? Page { get; private set; }

    public override string Message
    {
        get
        {
            StringBuilder text = new();
            text.Append(SqlState switch
            {
                Corrupted => "parquet file is damaged: ",
                Unsupported => "parquet feature not supported: ",
                _ => "parquet value out of range: ",
            });
            text.Append(_reason);
            string separator = " (";
            Place("file", File is null ? null : $"\"{File}\"");
            Place("row group", RowGroup?.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Place("column", Column is null ? null : $"\"{Column}\"");
            Place("page", Page?.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (separator != " (")
                text.Append(')');
            return text.ToString();

            void Place(string what, string? value)
            {
                if (value is null)
                    return;
                text.Append(separator).Append(what).Append(' ').Append(value);
                separator = ", ";
            }
        }
    }

    /// <summary>Adds the place where the problem was met and returns the same exception.</summary>
    public ParquetException At(string? file = null, int? rowGroup = null, string? column = null, int? page = null)
    {
        File ??= file;
        RowGroup ??= rowGroup;
        Column ??= column;
        Page ??= page;
        return this;
    }

    [DoesNotReturn]
    public static void ThrowCorrupted(string reason) => throw new ParquetException(reason);

    [DoesNotReturn]
    public static void ThrowUnsupported(string reason) => throw new ParquetException(reason, Unsupported);
}
