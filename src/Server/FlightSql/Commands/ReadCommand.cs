using Google.Protobuf;
using SqlCluster.Arrow.Schema;
using SqlCluster.Server.FlightSql.Metadata;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Commands;

/// <summary>A command of GetFlightInfo, GetSchema, PollFlightInfo or DoGet.</summary>
internal abstract record ReadCommand
{
    private ReadCommand()
    {
    }

    /// <summary>Asks for the catalog; its ticket is the command itself.</summary>
    /// <param name="Schema">Columns of the answer.</param>
    /// <param name="Table">Makes the answer.</param>
    public sealed record Metadata(ArrowSchema Schema, Func<Session, MetadataTable> Table) : ReadCommand;

    /// <summary>A statement as text.</summary>
    /// <param name="Sql">The text.</param>
    /// <param name="Transaction">Handle of the transaction it belongs to; empty: none.</param>
    public sealed record Statement(string Sql, ByteString Transaction) : ReadCommand;

    /// <summary>A prepared statement.</summary>
    public sealed record Prepared(ByteString Handle) : ReadCommand;

    /// <summary>A statement that GetFlightInfo or PollFlightInfo has planned.</summary>
    public sealed record Planned(ByteString Handle) : ReadCommand;
}
