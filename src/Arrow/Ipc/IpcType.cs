using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Ipc;

/// <summary>The types of Schema.fbs by their number in its union.</summary>
internal enum IpcTypeId : byte
{
    Null = 1,
    Int = 2,
    FloatingPoint = 3,
    Binary = 4,
    Utf8 = 5,
    Bool = 6,
    Decimal = 7,
    Date = 8,
    Time = 9,
    Timestamp = 10,
    Interval = 11,
    List = 12,
    Struct = 13,
    Union = 14,
    FixedSizeBinary = 15,
    FixedSizeList = 16,
    Map = 17,
    Duration = 18,
    LargeBinary = 19,
    LargeUtf8 = 20,
    LargeList = 21,
    RunEndEncoded = 22,
    BinaryView = 23,
    Utf8View = 24,
    ListView = 25,
    LargeListView = 26,
}

/// <summary>A type as it is on the wire, with the parameters of its table in Schema.fbs.</summary>
/// <param name="Id">Which type.</param>
/// <param name="Width">Int, Decimal, Time: bits; FloatingPoint: 0 half, 1 single, 2 double; FixedSizeBinary: bytes; FixedSizeList: elements.</param>
/// <param name="IsSigned">Int.</param>
/// <param name="Unit">Date (0 days, 1 milliseconds), Interval (0 months, 1 days and milliseconds, 2 months, days and nanoseconds), Union (0 sparse, 1 dense), others IpcTimeUnit.</param>
/// <param name="Precision">Decimal.</param>
/// <param name="Scale">Decimal.</param>
/// <param name="Zone">Timestamp.</param>
/// <param name="TypeIds">Union: the number that stands for each child.</param>
internal sealed record IpcType(
    IpcTypeId Id, int Width = 0, bool IsSigned = false, int Unit = 0, int Precision = 0, int Scale = 0, string? Zone = null, int[]? TypeIds = null);

/// <summary>How a field's values are kept in a dictionary.</summary>
internal sealed record IpcDictionary(long Id, IpcType Index);

/// <summary>A field as it is on the wire, and what the engine makes of it.</summary>
/// <param name="Type">On the wire; of a dictionary's values when there is one.</param>
/// <param name="Children">Fields of nested types.</param>
/// <param name="Dictionary">How codes are kept, or null.</param>
/// <param name="Engine">Name, type in the engine, nullability, metadata.</param>
internal sealed record IpcField(IpcType Type, IpcField[] Children, IpcDictionary? Dictionary, ArrowField Engine);

/// <summary>The schema of a stream: the engine's types, and how each is laid out on the wire.</summary>
public sealed class IpcSchema
{
    internal IpcSchema(ArrowSchema schema, IpcField[] fields)
    {
        Schema = schema;
        Fields = fields;
    }

    /// <summary>Columns in the engine's types; foreign ones are converted by the reader (half floats to real, other units to microseconds, large and view types to text).</summary>
    public ArrowSchema Schema { get; }

    internal IpcField[] Fields { get; }
}
