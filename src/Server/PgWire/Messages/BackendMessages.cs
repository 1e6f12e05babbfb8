using System.Globalization;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.PgWire.Types;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire.Messages;

/// <summary>The messages that the server sends, apart from rows.</summary>
internal static class BackendMessages
{
    public static void AuthenticationOk(this PgWriter writer) => writer.Begin('R').Int32(0).End();

    public static void NegotiateProtocolVersion(this PgWriter writer, int version, IReadOnlyList<string> unknownOptions)
    {
        writer.Begin('v').Int32(version).Int32(unknownOptions.Count);
        foreach (string option in unknownOptions)
        {
            writer.CString(option);
        }

        writer.End();
    }

    public static void ParameterStatus(this PgWriter writer, string name, string value) => writer.Begin('S').CString(name).CString(value).End();

    public static void BackendKeyData(this PgWriter writer, int processId, ReadOnlySpan<byte> key) => writer.Begin('K').Int32(processId).Bytes(key).End();

    /// <param name="status">I: idle, T: in a transaction block, E: in a failed one.</param>
    public static void ReadyForQuery(this PgWriter writer, char status) => writer.Begin('Z').Byte((byte)status).End();

    public static void ParseComplete(this PgWriter writer) => writer.Begin('1').End();

    public static void BindComplete(this PgWriter writer) => writer.Begin('2').End();

    public static void CloseComplete(this PgWriter writer) => writer.Begin('3').End();

    public static void NoData(this PgWriter writer) => writer.Begin('n').End();

    public static void PortalSuspended(this PgWriter writer) => writer.Begin('s').End();

    public static void EmptyQueryResponse(this PgWriter writer) => writer.Begin('I').End();

    public static void NotificationResponse(this PgWriter writer, Notification notification) =>
        writer.Begin('A').Int32(notification.SessionId).CString(notification.Channel).CString(notification.Payload).End();

    public static void CommandComplete(this PgWriter writer, string tag) => writer.Begin('C').CString(tag).End();

    public static void ParameterDescription(this PgWriter writer, PreparedQuery statement)
    {
        writer.Begin('t').Int16(statement.ParameterTypes.Count);
        foreach (var type in statement.ParameterTypes)
        {
            writer.Int32(PgTypes.Oid(type));
        }

        writer.End();
    }

    /// <param name="formats">Format of each column; none: text. One: of all.</param>
    /// <param name="objects">Knows the ids of the tables that columns come from.</param>
    /// <param name="json">What goes out as jsonb.</param>
    public static void RowDescription(this PgWriter writer, NodeList<ResultColumn> columns, ResultFormats formats, SessionObjects objects, JsonParts json)
    {
        writer.Begin('T').Int16(columns.Count);
        for (int i = 0; i < columns.Count; i++)
        {
            ResultColumn column = columns[i];
            (long table, int number) = column.Origin is { } origin ? objects.PlaceOf(origin.Table, origin.TableOrdinal) : (0, 0);
            SqlType sent = PgTypes.Sent(column.Type, json);
            writer.CString(column.Name).Int32((int)(uint)table).Int16(number).Int32(PgTypes.Oid(sent)).Int16(PgTypes.Size(sent))
                .Int32(PgTypes.Modifier(Declared(column))).Int16(formats.IsBinary(i) ? 1 : 0);
        }

        writer.End();
    }

    /// <summary>The type with the fraction digits of the table's column, which values inside of queries do without.</summary>
    private static SqlType Declared(ResultColumn column) =>
        column.Origin is { } origin && origin.Table.Columns[origin.TableOrdinal].Type is { HasFractionDigits: true } declared && declared.Kind == column.Type.Kind ? declared : column.Type;

    public static void Notice(this PgWriter writer, string severity, string sqlState, string message, string? detail = null)
    {
        writer.Begin('N');
        Field(writer, 'S', severity);
        Field(writer, 'V', severity);
        Field(writer, 'C', sqlState);
        Field(writer, 'M', message);
        Field(writer, 'D', detail);
        writer.Byte(0).End();
    }

    /// <param name="severity">ERROR, or FATAL when the connection ends.</param>
    public static void ErrorResponse(this PgWriter writer, string severity, QueryException error)
    {
        writer.Abandon();
        writer.Begin('E');
        Field(writer, 'S', severity);
        Field(writer, 'V', severity);
        Field(writer, 'C', error.SqlState);
        Field(writer, 'M', error.Message);
        Field(writer, 'D', error.Detail);
        Field(writer, 'H', error.Hint);
        Field(writer, 'W', error.Context);
        Field(writer, 's', error.SchemaName);
        Field(writer, 't', error.TableName);
        Field(writer, 'c', error.ColumnName);
        Field(writer, 'd', error.DataTypeName);
        Field(writer, 'n', error.ConstraintName);
        Field(writer, 'R', error.Routine);
        if (error.Position > 0)
        {
            Field(writer, 'P', error.Position.ToString(CultureInfo.InvariantCulture));
        }

        writer.Byte(0).End();
    }

    private static void Field(PgWriter writer, char kind, string? value)
    {
        if (value != null)
        {
            writer.Byte((byte)kind).CString(value);
        }
    }
}
