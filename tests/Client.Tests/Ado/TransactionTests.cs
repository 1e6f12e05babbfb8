using System.Data;
using System.Data.Common;
using SqlCluster.Client.Ado;

namespace SqlCluster.Client.Tests.Ado;

/// <summary>DbTransaction over Flight SQL (CLIENTS.md G12).</summary>
public sealed class TransactionTests(ClientServer server) : IClassFixture<ClientServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G12_CommitShowsAndRollbackTakesBack()
    {
        await using SqlClusterConnection connection = await server.OpenAsync(), other = await server.OpenAsync();
        await ExecuteAsync(connection, "CREATE TABLE kept (i int)");
        await using (DbTransaction transaction = await connection.BeginTransactionAsync(Token))
        {
            Assert.Equal(1, await ExecuteAsync(connection, "INSERT INTO kept VALUES (@i)", 1));
            Assert.Equal(1, await ExecuteAsync(connection, "INSERT INTO kept VALUES (@i)", 2));
            Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM kept WHERE i < @i", 9));
            Assert.Equal(0L, await ScalarAsync(other, "SELECT count(*) FROM kept"));
            await transaction.CommitAsync(Token);
        }

        Assert.Equal(2L, await ScalarAsync(other, "SELECT count(*) FROM kept"));
        await using (DbTransaction transaction = await connection.BeginTransactionAsync(Token))
        {
            await ExecuteAsync(connection, "DROP TABLE kept");
            await transaction.RollbackAsync(Token);
        }

        await using (await connection.BeginTransactionAsync(Token))
        {
            await ExecuteAsync(connection, "DELETE FROM kept");
        }

        Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM kept WHERE i < @i", 9));
        await ExecuteAsync(connection, "DROP TABLE kept");
    }

    [Fact]
    public async Task G12_SavepointsAndFailedStatements()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await ExecuteAsync(connection, "CREATE TABLE saved (i int)");
        await using (DbTransaction transaction = await connection.BeginTransactionAsync(Token))
        {
            Assert.True(transaction.SupportsSavepoints);
            await ExecuteAsync(connection, "INSERT INTO saved VALUES (1)");
            await transaction.SaveAsync("s", Token);
            await ExecuteAsync(connection, "INSERT INTO saved VALUES (2)");
            await transaction.SaveAsync("later", Token);
            Assert.Equal("22012", (await Assert.ThrowsAsync<SqlClusterException>(() => ScalarAsync(connection, "SELECT 1 / 0"))).SqlState);
            Assert.Equal("25P02", (await Assert.ThrowsAsync<SqlClusterException>(() => ScalarAsync(connection, "SELECT 1"))).SqlState);
            await transaction.RollbackAsync("s", Token);
            Assert.Equal("3B001", (await Assert.ThrowsAsync<SqlClusterException>(() => transaction.RollbackAsync("later", Token))).SqlState);
            Assert.Equal(1L, await ScalarAsync(connection, "SELECT count(*) FROM saved"));
            await transaction.ReleaseAsync("s", Token);
            await transaction.CommitAsync(Token);
        }

        Assert.Equal(1L, await ScalarAsync(connection, "SELECT sum(i) FROM saved"));
        await using DbTransaction failed = await connection.BeginTransactionAsync(Token);
        await Assert.ThrowsAsync<SqlClusterException>(() => ScalarAsync(connection, "SELECT 1 / 0"));
        Assert.Equal("25P02", (await Assert.ThrowsAsync<SqlClusterException>(() => failed.CommitAsync(Token))).SqlState);
        await ExecuteAsync(connection, "DROP TABLE saved");
    }

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted, 1L)]
    [InlineData(IsolationLevel.RepeatableRead, 0L)]
    [InlineData(IsolationLevel.Snapshot, 0L)]
    [InlineData(IsolationLevel.Serializable, 0L)]
    public async Task G12_IsolationLevels(IsolationLevel level, long seen)
    {
        await using SqlClusterConnection connection = await server.OpenAsync(), other = await server.OpenAsync();
        await ExecuteAsync(connection, "CREATE TABLE levels (i int)");
        await using (DbTransaction transaction = await connection.BeginTransactionAsync(level, Token))
        {
            Assert.Equal(level, transaction.IsolationLevel);
            Assert.Equal(0L, await ScalarAsync(connection, "SELECT count(*) FROM levels"));
            await ExecuteAsync(other, "INSERT INTO levels VALUES (1)");
            Assert.Equal(seen, await ScalarAsync(connection, "SELECT count(*) FROM levels"));
        }

        Assert.Equal("read committed", await ScalarAsync(connection, "SELECT current_setting('default_transaction_isolation')"));
        await ExecuteAsync(connection, "DROP TABLE levels");
    }

    [Fact]
    public async Task ClosingRollsBackAndScopesAreRefused()
    {
        await using SqlClusterConnection other = await server.OpenAsync();
        await ExecuteAsync(other, "CREATE TABLE closed (i int)");
        await using (SqlClusterConnection connection = await server.OpenAsync())
        {
            await connection.BeginTransactionAsync(Token);
            await ExecuteAsync(connection, "INSERT INTO closed VALUES (1)");
        }

        Assert.Equal(0L, await ScalarAsync(other, "SELECT count(*) FROM closed"));
        await ExecuteAsync(other, "DROP TABLE closed");
        using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
        await Assert.ThrowsAsync<NotSupportedException>(() => server.OpenAsync());
    }

    private static async Task<int> ExecuteAsync(SqlClusterConnection connection, string sql, object? value = null)
    {
        await using SqlClusterCommand command = Command(connection, sql, value);
        return await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<object?> ScalarAsync(SqlClusterConnection connection, string sql, object? value = null)
    {
        await using SqlClusterCommand command = Command(connection, sql, value);
        return await command.ExecuteScalarAsync(Token);
    }

    private static SqlClusterCommand Command(SqlClusterConnection connection, string sql, object? value)
    {
        var command = new SqlClusterCommand(sql, connection);
        if (value != null)
        {
            command.Parameters.AddWithValue("i", value);
        }

        return command;
    }
}
