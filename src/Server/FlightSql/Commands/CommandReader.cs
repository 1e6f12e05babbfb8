using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.FlightSql.Metadata;

namespace SqlCluster.Server.FlightSql.Commands;

/// <summary>Reads the commands of descriptors and tickets: one line a command.</summary>
internal static class CommandReader
{
    private const string Package = "arrow.flight.protocol.sql.";

    /// <exception cref="Flight.Grpc.GrpcStatusException">INVALID_ARGUMENT: no command; UNIMPLEMENTED: one that we don't have.</exception>
    public static ReadCommand Read(FlightDescriptor descriptor) => Read(CommandOf(descriptor));

    /// <summary>As for a descriptor, from its command or a ticket.</summary>
    public static ReadCommand Read(ByteString command)
    {
        Any any = Unpack(command);
        string name = NameOf(any);
        return name switch
        {
            nameof(CommandStatementQuery) when any.Unpack<CommandStatementQuery>() is var query => new ReadCommand.Statement(query.Query, query.TransactionId),
            nameof(CommandPreparedStatementQuery) => new ReadCommand.Prepared(any.Unpack<CommandPreparedStatementQuery>().PreparedStatementHandle),
            nameof(TicketStatementQuery) => new ReadCommand.Planned(any.Unpack<TicketStatementQuery>().StatementHandle),
            nameof(CommandGetCatalogs) => new ReadCommand.Metadata(CatalogTables.CatalogsSchema, CatalogTables.Catalogs),
            nameof(CommandGetDbSchemas) => DbSchemas(any.Unpack<CommandGetDbSchemas>()),
            nameof(CommandGetTables) => Tables(any.Unpack<CommandGetTables>()),
            nameof(CommandGetTableTypes) => new ReadCommand.Metadata(CatalogTables.TableTypesSchema, static _ => CatalogTables.TableTypes()),
            nameof(CommandGetPrimaryKeys) => PrimaryKeys(any.Unpack<CommandGetPrimaryKeys>()),
            nameof(CommandGetExportedKeys) => ExportedKeys(any.Unpack<CommandGetExportedKeys>()),
            nameof(CommandGetImportedKeys) => ImportedKeys(any.Unpack<CommandGetImportedKeys>()),
            nameof(CommandGetCrossReference) => CrossReference(any.Unpack<CommandGetCrossReference>()),
            nameof(CommandGetXdbcTypeInfo) => TypeInfo(any.Unpack<CommandGetXdbcTypeInfo>()),
            nameof(CommandGetSqlInfo) => SqlInfo(any.Unpack<CommandGetSqlInfo>()),
            nameof(CommandStatementSubstraitPlan) => throw FlightErrors.NoSubstrait(),
            nameof(CommandStatementUpdate) or nameof(CommandPreparedStatementUpdate) or nameof(CommandStatementIngest) => throw FlightErrors.NotARead(name),
            _ => throw FlightErrors.UnknownCommand(name),
        };
    }

    /// <summary>The command of DoPut's first message.</summary>
    public static WriteCommand ReadWrite(FlightDescriptor descriptor)
    {
        Any any = Unpack(CommandOf(descriptor));
        string name = NameOf(any);
        return name switch
        {
            nameof(CommandStatementUpdate) when any.Unpack<CommandStatementUpdate>() is var update => new WriteCommand.Update(update.Query, update.TransactionId),
            nameof(CommandPreparedStatementUpdate) => new WriteCommand.PreparedUpdate(any.Unpack<CommandPreparedStatementUpdate>().PreparedStatementHandle),
            nameof(CommandPreparedStatementQuery) => new WriteCommand.Bind(any.Unpack<CommandPreparedStatementQuery>().PreparedStatementHandle),
            nameof(CommandStatementIngest) => new WriteCommand.Ingest(any.Unpack<CommandStatementIngest>()),
            nameof(CommandStatementSubstraitPlan) => throw FlightErrors.NoSubstrait(),
            nameof(CommandStatementQuery) => throw FlightErrors.NotAWrite(name),
            _ => throw FlightErrors.UnknownCommand(name),
        };
    }

    private static ByteString CommandOf(FlightDescriptor descriptor) => descriptor.Type == FlightDescriptor.Types.DescriptorType.Path ? throw FlightErrors.PathDescriptor() : descriptor.Cmd;

    /// <summary>The packed command. Some clients (gizmosql-client's getQuerySchema) send a CommandStatementQuery as it is, whose text then stands where the type's name should.</summary>
    private static Any Unpack(ByteString command)
    {
        Any any;
        try
        {
            any = Any.Parser.ParseFrom(command);
        }
        catch (InvalidProtocolBufferException)
        {
            throw FlightErrors.NotACommand();
        }

        return any.TypeUrl.Contains(Package, StringComparison.Ordinal) ? any
            : any.TypeUrl.Length > 0 && any.Value.IsEmpty && any.TypeUrl.Contains(' ', StringComparison.Ordinal) ? Any.Pack(new CommandStatementQuery { Query = any.TypeUrl })
            : throw (any.TypeUrl.Contains('/', StringComparison.Ordinal) ? FlightErrors.UnknownCommand(any.TypeUrl) : FlightErrors.NotACommand());
    }

    private static string NameOf(Any any) => any.TypeUrl[(any.TypeUrl.LastIndexOf('.') + 1)..];

    private static ReadCommand.Metadata DbSchemas(CommandGetDbSchemas command)
    {
        string? catalog = command.HasCatalog ? command.Catalog : null, pattern = command.HasDbSchemaFilterPattern ? command.DbSchemaFilterPattern : null;
        return new ReadCommand.Metadata(CatalogTables.DbSchemasSchema, session => CatalogTables.DbSchemas(session, catalog, pattern));
    }

    private static ReadCommand.Metadata Tables(CommandGetTables command)
    {
        var filter = new TableFilter(
            command.HasCatalog ? command.Catalog : null, command.HasDbSchemaFilterPattern ? command.DbSchemaFilterPattern : null,
            command.HasTableNameFilterPattern ? command.TableNameFilterPattern : null, command.TableTypes, command.IncludeSchema);
        return new ReadCommand.Metadata(CatalogTables.TablesSchema(filter.IncludeSchema), session => CatalogTables.Tables(session, filter));
    }

    private static ReadCommand.Metadata PrimaryKeys(CommandGetPrimaryKeys command)
    {
        var table = new KeyedTable(command.HasCatalog ? command.Catalog : null, command.HasDbSchema ? command.DbSchema : null, command.Table);
        return new ReadCommand.Metadata(KeyTables.PrimaryKeysSchema, session => KeyTables.PrimaryKeys(session, table));
    }

    private static ReadCommand.Metadata ExportedKeys(CommandGetExportedKeys command)
    {
        var table = new KeyedTable(command.HasCatalog ? command.Catalog : null, command.HasDbSchema ? command.DbSchema : null, command.Table);
        return new ReadCommand.Metadata(KeyTables.ForeignKeysSchema, session => KeyTables.ExportedKeys(session, table));
    }

    private static ReadCommand.Metadata ImportedKeys(CommandGetImportedKeys command)
    {
        var table = new KeyedTable(command.HasCatalog ? command.Catalog : null, command.HasDbSchema ? command.DbSchema : null, command.Table);
        return new ReadCommand.Metadata(KeyTables.ForeignKeysSchema, session => KeyTables.ImportedKeys(session, table));
    }

    private static ReadCommand.Metadata CrossReference(CommandGetCrossReference command)
    {
        var primary = new KeyedTable(command.HasPkCatalog ? command.PkCatalog : null, command.HasPkDbSchema ? command.PkDbSchema : null, command.PkTable);
        var foreign = new KeyedTable(command.HasFkCatalog ? command.FkCatalog : null, command.HasFkDbSchema ? command.FkDbSchema : null, command.FkTable);
        return new ReadCommand.Metadata(KeyTables.ForeignKeysSchema, session => KeyTables.CrossReference(session, primary, foreign));
    }

    private static ReadCommand.Metadata TypeInfo(CommandGetXdbcTypeInfo command)
    {
        int? type = command.HasDataType ? command.DataType : null;
        return new ReadCommand.Metadata(XdbcTypes.Schema, _ => XdbcTypes.Table(type));
    }

    private static ReadCommand.Metadata SqlInfo(CommandGetSqlInfo command)
    {
        HashSet<uint> ids = [.. command.Info];
        return new ReadCommand.Metadata(SqlInfoTable.Schema, _ => SqlInfoTable.Of(ids));
    }
}
