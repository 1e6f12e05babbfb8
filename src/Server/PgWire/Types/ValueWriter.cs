using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Server.PgWire.Messages;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>Writes one column's values into rows. What depends on type, format and encoding is settled once a batch.</summary>
internal abstract class ValueWriter
{
    private Vector? _vector;
    private bool _hasNulls;

    /// <summary>The writer for a type in a format.</summary>
    /// <param name="type">Type of the column.</param>
    /// <param name="isBinary">Binary, else text.</param>
    /// <param name="timeZone">Zone of timestamptz in text.</param>
    /// <param name="names">Names of catalog objects, in text.</param>
    /// <param name="styles">Forms that the session has chosen.</param>
    /// <param name="cancellation">Ends the work on a large value.</param>
    public static ValueWriter Create(SqlType type, bool isBinary, string timeZone, IObjectNames? names = null, TextStyles styles = default, CancellationToken cancellation = default) => type.Kind switch
    {
        TypeKind.Bytea when !isBinary && styles.EscapesBytes => new EscapedBytesWriter(cancellation),
        TypeKind.Interval when !isBinary && styles.Intervals != IntervalStyle.Postgres => new IntervalWriter(styles.Intervals),
        TypeKind.Text when isBinary && type.Variant == TypeVariant.SingleByte => new BinaryLetterWriter(),
        TypeKind.Text when isBinary && type.Variant == TypeVariant.Inet => new BinaryAddressWriter(),
        TypeKind.Text when isBinary && type.Variant == TypeVariant.Lsn => new BinaryLogPositionWriter(),
        TypeKind.Text when isBinary && type.Variant == TypeVariant.Tid => new BinaryRowPlaceWriter(),
        TypeKind.Oid when !isBinary && type.Variant.IsObjectName() => new RowTextWriter(type, timeZone, names, cancellation: cancellation),
        TypeKind.Text or TypeKind.Varchar or TypeKind.Name or TypeKind.Json or TypeKind.Unknown => new BytesWriter(cancellation),
        _ when styles.Json.Includes(type) => new JsonWriter(type, timeZone, isBinary, styles.Json, cancellation),
        TypeKind.Boolean => new BooleanWriter(isBinary),
        TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Oid => isBinary ? new BinaryIntegerWriter(PgTypes.Size(type), 0) : new TextIntegerWriter(),
        TypeKind.Numeric => isBinary ? new BinaryNumericWriter(type.Scale) : new TextNumericWriter(type.Scale),
        TypeKind.Char => new PaddedWriter(type.Precision),
        TypeKind.Jsonb => isBinary ? new BytesWriter(cancellation, 1) : new BytesWriter(cancellation),
        TypeKind.Date => isBinary ? new BinaryDateWriter() : new TextDateWriter(type, timeZone),
        TypeKind.Timestamp => isBinary ? new BinaryTimestampWriter() : new TextTimestampWriter(type, timeZone),
        _ when !isBinary => new RowTextWriter(type, timeZone, names, styles.Json, cancellation),
        TypeKind.Bytea => new BytesWriter(cancellation),
        TypeKind.Real => new BinaryRealWriter(),
        TypeKind.DoublePrecision => new BinaryDoubleWriter(),
        TypeKind.Time => new BinaryIntegerWriter(8, 0),
        TypeKind.TimestampTz => new BinaryTimestampWriter(),
        TypeKind.Interval => new BinaryIntervalWriter(),
        TypeKind.Uuid => new BinaryUuidWriter(),
        TypeKind.Array => new BinaryArrayWriter(type, timeZone, styles, cancellation),
        TypeKind.Row => new BinaryRecordWriter(type, timeZone, styles, cancellation),
        _ => new RowTextWriter(type, timeZone, names, cancellation: cancellation),
    };

    /// <summary>Turns to a batch's column, which stays valid while it is read.</summary>
    public void Open(Vector vector)
    {
        _vector = vector;
        _hasNulls = vector.HasNulls;
        if (vector.NullCount < vector.Length)
        {
            Load(vector);
        }
    }

    /// <summary>Length and value of a row; length -1 for NULL.</summary>
    public void Write(PgWriter writer, int row)
    {
        if (IsNull(row))
        {
            writer.Int32(-1);
        }
        else
        {
            WriteValue(writer, row);
        }
    }

    public bool IsNull(int row) => _hasNulls && _vector!.IsNull(row);

    /// <summary>Prepares reading; not called for columns that are all null.</summary>
    protected abstract void Load(Vector vector);

    protected abstract void WriteValue(PgWriter writer, int row);
}
