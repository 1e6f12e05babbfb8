using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire.Messages;

/// <summary>The RowDescription of a prepared statement, kept as bytes: many clients ask for it with every execution.</summary>
internal sealed class DescribedRows
{
    /// <summary>Longer messages are made anew: clients may prepare thousands of statements.</summary>
    private const int MostBytes = 512;

    private byte[] _message = [];
    private ResultFormats? _formats;
    private int _view;

    /// <summary>Writes the message.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="columns">The statement's columns, always the same ones.</param>
    /// <param name="formats">Formats that were asked for.</param>
    /// <param name="objects">Knows the ids of the tables that columns come from.</param>
    /// <param name="json">What goes out as jsonb, always the same.</param>
    public void Write(PgWriter writer, NodeList<ResultColumn> columns, ResultFormats formats, SessionObjects objects, JsonParts json)
    {
        // What is not a table's column does not depend on the catalog.
        int view = HasOrigins(columns) ? objects.ViewNumber : 0;
        if (_message.Length > 0 && ReferenceEquals(formats, _formats) && view == _view)
        {
            writer.Bytes(_message);
            return;
        }

        int start = writer.Position;
        writer.RowDescription(columns, formats, objects, json);
        int length = writer.Position - start;
        (_message, _formats, _view) = length <= MostBytes ? (writer.Written(start), formats, view) : ([], null, 0);
    }

    private static bool HasOrigins(NodeList<ResultColumn> columns)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns[i].Origin != null)
            {
                return true;
            }
        }

        return false;
    }
}
