using Google.Protobuf;
using SqlCluster.Arrow.Schema;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.FlightSql;
using Any = Google.Protobuf.WellKnownTypes.Any;
using EndSavepoint = SqlCluster.Flight.Protos.Sql.ActionEndSavepointRequest.Types.EndSavepoint;
using EndTransaction = SqlCluster.Flight.Protos.Sql.ActionEndTransactionRequest.Types.EndTransaction;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>The actions about transactions, and commands that name them (CLIENTS.md G11, G12).</summary>
public sealed class TransactionTests
{
    [Fact]
    public async Task G12_OthersSeeWhatIsCommittedAndNothingElse()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect(), other = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id int)");
        ByteString transaction = await BeginAsync(client), second = await BeginAsync(client);
        Assert.Equal(1, await UpdateAsync(client, "INSERT INTO t VALUES (1)", transaction));
        await UpdateAsync(client, "CREATE TABLE u AS SELECT 7 AS x", transaction);
        Assert.Equal(1L, await CountAsync(client, transaction));
        Assert.Equal(0L, await CountAsync(client, second));
        Assert.Equal(0L, await CountAsync(client, ByteString.Empty));
        Assert.Equal(0L, (await other.QueryAsync("SELECT count(*) FROM t")).Single);

        // A client without cookie and token finds the session by the handle.
        using FlightTestClient bare = server.Connect(keepsCookies: false);
        Assert.Equal(1L, await CountAsync(bare, transaction));
        await EndAsync(client, transaction, EndTransaction.Commit);
        Assert.Equal(1L, (await other.QueryAsync("SELECT count(*) FROM t")).Single);
        Assert.Equal(7, (await other.QueryAsync("SELECT x FROM u")).Single);

        await UpdateAsync(client, "DELETE FROM t", second);
        await EndAsync(client, second, EndTransaction.Rollback);
        Assert.Equal(1L, (await other.QueryAsync("SELECT count(*) FROM t")).Single);
        foreach (ByteString handle in new[] { transaction, second, ByteString.CopyFromUtf8("no such handle"), ByteString.CopyFrom(new byte[16]) })
        {
            await RefusedAsync(() => CountAsync(client, handle), StatusCode.InvalidArgument);
            await RefusedAsync(() => EndAsync(client, handle, EndTransaction.Commit), StatusCode.InvalidArgument);
            await RefusedAsync(() => SaveAsync(client, handle), StatusCode.InvalidArgument);
        }

        ByteString third = await BeginAsync(client);
        await RefusedAsync(() => EndAsync(client, third, EndTransaction.Unspecified), StatusCode.InvalidArgument);
        Assert.Equal("25001", (await RefusedAsync(() => UpdateAsync(client, "COMMIT", third), StatusCode.InvalidArgument)).Trailers["sqlstate"]);
    }

    [Fact]
    public async Task G12_Savepoints()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id int)");
        ByteString transaction = await BeginAsync(client);
        await UpdateAsync(client, "INSERT INTO t VALUES (1)", transaction);
        ByteString first = await SaveAsync(client, transaction);
        await UpdateAsync(client, "INSERT INTO t VALUES (2)", transaction);
        ByteString later = await SaveAsync(client, transaction);
        await UpdateAsync(client, "INSERT INTO t VALUES (3)", transaction);
        await EndSavepointAsync(client, later, EndSavepoint.Rollback);
        Assert.Equal(2L, await CountAsync(client, transaction));

        // A failed statement ends everything but what savepoints allow.
        Assert.Equal("22012", (await RefusedAsync(() => client.ReadAsync(new CommandStatementQuery { Query = "SELECT 1 / id FROM t WHERE id > 5 OR 1 / (id - id) = 0", TransactionId = transaction }), StatusCode.InvalidArgument)).Trailers["sqlstate"]);
        Assert.Equal("25P02", (await RefusedAsync(() => CountAsync(client, transaction), StatusCode.FailedPrecondition)).Trailers["sqlstate"]);
        await RefusedAsync(() => SaveAsync(client, transaction), StatusCode.FailedPrecondition);
        await EndSavepointAsync(client, first, EndSavepoint.Rollback);
        await RefusedAsync(() => EndSavepointAsync(client, later, EndSavepoint.Rollback), StatusCode.InvalidArgument);
        Assert.Equal(1L, await CountAsync(client, transaction));
        await EndSavepointAsync(client, first, EndSavepoint.Release);
        await RefusedAsync(() => EndSavepointAsync(client, first, EndSavepoint.Release), StatusCode.InvalidArgument);
        await RefusedAsync(() => EndSavepointAsync(client, ByteString.CopyFromUtf8("x"), EndSavepoint.Release), StatusCode.InvalidArgument);
        await EndAsync(client, transaction, EndTransaction.Commit);
        Assert.Equal(1L, (await client.QueryAsync("SELECT sum(id) FROM t")).Single);

        ByteString failed = await BeginAsync(client);
        await UpdateAsync(client, "INSERT INTO t VALUES (9)", failed);
        await RefusedAsync(() => UpdateAsync(client, "INSERT INTO missing VALUES (9)", failed), StatusCode.NotFound);
        Assert.Equal("25P02", (await RefusedAsync(() => EndAsync(client, failed, EndTransaction.Commit), StatusCode.FailedPrecondition)).Trailers["sqlstate"]);
        Assert.Equal(1L, (await client.QueryAsync("SELECT sum(id) FROM t")).Single);
    }

    [Fact]
    public async Task G11_G12_IngestAndPreparedStatementsWithin()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id int)");
        var schema = new ArrowSchema([new("id", ArrowType.Int32)]);
        foreach ((EndTransaction end, long left) in new[] { (EndTransaction.Rollback, 0L), (EndTransaction.Commit, 5L) })
        {
            ByteString transaction = await BeginAsync(client);
            Assert.Equal(2, await client.UpdateAsync(Ingest("t", transaction), schema, [[1], [2]]));
            Assert.Equal(2, await client.UpdateAsync(Ingest("made", transaction), schema, [[1], [2]]));
            ActionCreatePreparedStatementResult prepared = await PrepareAsync(client, "INSERT INTO t SELECT $1::int", transaction);
            Assert.Equal(3, await client.UpdateAsync(new CommandPreparedStatementUpdate { PreparedStatementHandle = prepared.PreparedStatementHandle }, schema, [[3], [4], [5]]));
            Assert.Equal(5L, await CountAsync(client, transaction));
            Assert.Equal(0L, await CountAsync(client, ByteString.Empty));
            await EndAsync(client, transaction, end);
            Assert.Equal(left, await CountAsync(client, ByteString.Empty));
            await RefusedAsync(
                () => client.UpdateAsync(new CommandPreparedStatementUpdate { PreparedStatementHandle = prepared.PreparedStatementHandle }, schema, [[3]]), StatusCode.InvalidArgument);
        }

        Assert.Equal(2L, (await client.QueryAsync("SELECT count(*) FROM made")).Single);
    }

    [Fact]
    public async Task G12_IdleTransactionsAndThoseOfEndedSessionsAreRolledBack()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect(), other = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id int)");
        ByteString idle = await BeginAsync(client), used = await BeginAsync(client);
        await UpdateAsync(client, "INSERT INTO t VALUES (1)", idle);
        server.Time.Advance(FlightLimits.Default.TransactionTimeout / 2);
        await UpdateAsync(client, "INSERT INTO t VALUES (2)", used);
        server.Time.Advance((FlightLimits.Default.TransactionTimeout / 2) + TimeSpan.FromSeconds(1));
        await server.Service.SweepAsync();
        await RefusedAsync(() => EndAsync(client, idle, EndTransaction.Commit), StatusCode.InvalidArgument);
        Assert.Equal(1L, await CountAsync(client, used));

        // The setting may say less.
        await other.UpdateAsync("SET idle_in_transaction_session_timeout = '1min'");
        ByteString brief = await BeginAsync(other);
        await UpdateAsync(other, "INSERT INTO t VALUES (5)", brief);
        server.Time.Advance(TimeSpan.FromSeconds(61));
        await server.Service.SweepAsync();
        await RefusedAsync(() => EndAsync(other, brief, EndTransaction.Commit), StatusCode.InvalidArgument);
        Assert.Equal(1L, await CountAsync(client, used));

        // A lock goes with its session.
        await UpdateAsync(client, "UPDATE t SET id = 3", used);
        await client.ActAsync("CloseSession", new CloseSessionRequest(), packed: false);
        Assert.Equal(0L, await other.UpdateAsync("UPDATE t SET id = 4"));
        await RefusedAsync(() => EndAsync(other, used, EndTransaction.Commit), StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task G12_LocksOfTheSameSessionAreADeadlockAtOnce()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t AS SELECT 1 AS id");
        ByteString transaction = await BeginAsync(client);
        await UpdateAsync(client, "UPDATE t SET id = 2", transaction);
        Assert.Equal("40P01", (await RefusedAsync(() => client.UpdateAsync("UPDATE t SET id = 3"), StatusCode.Aborted)).Trailers["sqlstate"]);
        await EndAsync(client, transaction, EndTransaction.Commit);
        Assert.Equal(2, (await client.QueryAsync("SELECT id FROM t")).Single);
    }

    private static async Task<ByteString> BeginAsync(FlightTestClient client) =>
        Any.Parser.ParseFrom(Assert.Single(await client.ActAsync("BeginTransaction", new ActionBeginTransactionRequest()))).Unpack<ActionBeginTransactionResult>().TransactionId;

    private static async Task EndAsync(FlightTestClient client, ByteString transaction, EndTransaction action) =>
        Assert.Empty(await client.ActAsync("EndTransaction", new ActionEndTransactionRequest { TransactionId = transaction, Action = action }));

    private static async Task<ByteString> SaveAsync(FlightTestClient client, ByteString transaction) =>
        Any.Parser.ParseFrom(Assert.Single(await client.ActAsync("BeginSavepoint", new ActionBeginSavepointRequest { TransactionId = transaction, Name = "s" }))).Unpack<ActionBeginSavepointResult>().SavepointId;

    private static async Task EndSavepointAsync(FlightTestClient client, ByteString savepoint, EndSavepoint action) =>
        Assert.Empty(await client.ActAsync("EndSavepoint", new ActionEndSavepointRequest { SavepointId = savepoint, Action = action }));

    private static async Task<ActionCreatePreparedStatementResult> PrepareAsync(FlightTestClient client, string sql, ByteString transaction) =>
        Any.Parser.ParseFrom(Assert.Single(await client.ActAsync("CreatePreparedStatement", new ActionCreatePreparedStatementRequest { Query = sql, TransactionId = transaction })))
            .Unpack<ActionCreatePreparedStatementResult>();

    private static Task<long> UpdateAsync(FlightTestClient client, string sql, ByteString transaction) =>
        client.UpdateAsync(new CommandStatementUpdate { Query = sql, TransactionId = transaction });

    private static async Task<long> CountAsync(FlightTestClient client, ByteString transaction) =>
        (long)(await client.ReadAsync(new CommandStatementQuery { Query = "SELECT count(*) FROM t", TransactionId = transaction })).Single!;

    private static CommandStatementIngest Ingest(string table, ByteString transaction) => new()
    {
        Table = table,
        TransactionId = transaction,
        TableDefinitionOptions = new CommandStatementIngest.Types.TableDefinitionOptions
        {
            IfExists = CommandStatementIngest.Types.TableDefinitionOptions.Types.TableExistsOption.Append,
            IfNotExist = CommandStatementIngest.Types.TableDefinitionOptions.Types.TableNotExistOption.Create,
        },
    };

    private static async Task<GrpcStatusException> RefusedAsync(Func<Task> call, StatusCode code)
    {
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(call);
        Assert.Equal(code, error.Code);
        return error;
    }
}
