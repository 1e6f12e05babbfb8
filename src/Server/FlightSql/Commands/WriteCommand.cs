using Google.Protobuf;
using SqlCluster.Flight.Protos.Sql;

namespace SqlCluster.Server.FlightSql.Commands;

/// <summary>A command of DoPut.</summary>
internal abstract record WriteCommand
{
    private WriteCommand()
    {
    }

    /// <summary>Runs a text; the stream has no data.</summary>
    /// <param name="Sql">The text.</param>
    /// <param name="Transaction">Handle of the transaction it belongs to; empty: none.</param>
    public sealed record Update(string Sql, ByteString Transaction) : WriteCommand;

    /// <summary>Runs a prepared statement, once for each row of the stream.</summary>
    public sealed record PreparedUpdate(ByteString Handle) : WriteCommand;

    /// <summary>Binds the rows of the stream to a prepared statement.</summary>
    public sealed record Bind(ByteString Handle) : WriteCommand;

    /// <summary>Puts the rows of the stream into a table.</summary>
    public sealed record Ingest(CommandStatementIngest Request) : WriteCommand;
}
