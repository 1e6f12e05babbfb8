using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>COPY ... FROM STDIN: asks the client for data and writes it to a table, all of it or nothing.</summary>
internal static class CopyIn
{
    /// <summary>Runs the statement up to CopyDone.</summary>
    /// <param name="copy">The statement.</param>
    /// <param name="session">Whose tables.</param>
    /// <param name="transport">Where the data comes from.</param>
    /// <param name="cancellation">The statement is to end: the client is gone, somebody cancelled it, or it took too long.</param>
    /// <exception cref="Parser.Errors.QueryException">The data is wrong, 57014: the client gave up (CopyFail).</exception>
    public static Task<StatementResult> RunAsync(Parser.Ast.Copy copy, Session session, PgTransport transport, CancellationToken cancellation) => CopyRows.RunAsync(
        copy, session,
        async (input, columns, options) =>
        {
            await AskAsync(columns, options, transport, cancellation).ConfigureAwait(false);
            await ReadAsync(input, transport, cancellation).ConfigureAwait(false);
        },
        cancellation);

    private static async Task AskAsync(int columns, CopyOptions options, PgTransport transport, CancellationToken cancellation)
    {
        transport.Writer.Begin('G').Byte(options.IsBinary ? (byte)1 : (byte)0).Int16(columns);
        for (int i = 0; i < columns; i++)
        {
            transport.Writer.Int16(options.IsBinary ? 1 : 0);
        }

        transport.Writer.End();
        await transport.Writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task ReadAsync(ICopyInput input, PgTransport transport, CancellationToken cancellation)
    {
        while (true)
        {
            (char type, byte[] body) = await transport.Messages.ReadAsync(cancellation).ConfigureAwait(false)
                ?? throw new IOException("the client has closed the connection during COPY");
            switch (type)
            {
                case 'd':
                    input.Add(body);
                    break;
                case 'c':
                    input.Complete();
                    return;
                case 'f':
                    throw CopyErrors.Failed(new PgReader(body).CString());
                case 'H' or 'S':
                    // Clients that do not know what a statement does send them along with it.
                    break;
                default:
                    throw CopyErrors.UnexpectedMessage(type);
            }
        }
    }
}
