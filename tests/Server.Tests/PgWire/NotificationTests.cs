using System.Text;
using Npgsql;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>LISTEN, NOTIFY and UNLISTEN message by message, and what bounds them. What clients make of it: NotificationClientTests.</summary>
public sealed class NotificationTests(PgTestServer server, SecurePgServer secure) : IClassFixture<PgTestServer>, IClassFixture<SecurePgServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task U1_IdleConnectionsAreTold()
    {
        using RawClient listener = await RawClient.OpenAsync(server.Port), sender = await RawClient.OpenAsync(server.Port);
        Assert.Equal("C:LISTEN Z:I", await listener.QueryAsync("LISTEN idle"));
        Assert.Equal("C:NOTIFY Z:I", await sender.QueryAsync("NOTIFY idle, 'now'"));
        (char type, byte[] body) = (await listener.ReadAsync())!.Value;
        Assert.Equal(('A', Convert.ToHexString([.. RawClient.Number(sender.ProcessId), .. "idle\0now\0"u8])), (type, Convert.ToHexString(body)));
        Assert.Equal("T:a D:1 C:SELECT 1 Z:I", await listener.QueryAsync("SELECT 1 AS a"));
    }

    /// <summary>Before ReadyForQuery, and not within a block.</summary>
    [Fact]
    public async Task U1_AfterACommandTheyComeBeforeReady()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        Assert.Equal("C:LISTEN C:NOTIFY A Z:I", await client.QueryAsync("LISTEN own; NOTIFY own"));
        Assert.Equal("C:BEGIN Z:T", await client.QueryAsync("BEGIN"));
        Assert.Equal("C:NOTIFY Z:T", await client.QueryAsync("NOTIFY own"));
        Assert.Equal("C:NOTIFY Z:T", await client.QueryAsync("NOTIFY own"));
        Assert.Equal("C:COMMIT A Z:I", await client.QueryAsync("COMMIT"));
        Assert.Equal("C:NOTIFY E:42703 Z:I", await client.QueryAsync("NOTIFY own; SELECT nosuch"));
        Assert.Equal("T:pg_notify,?column? E:22012 Z:I", await client.QueryAsync("SELECT pg_notify('own', 'x'), 1 / n FROM generate_series(1, 0, -1) AS g(n)"));
        Assert.Equal("T:a D:1 C:SELECT 1 Z:I", await client.QueryAsync("SELECT 1 AS a"));
    }

    /// <summary>A pipeline is one transaction; the listener's own pipeline is not disturbed.</summary>
    [Fact]
    public async Task U1_PipelinesAreTransactions()
    {
        using RawClient listener = await RawClient.OpenAsync(server.Port), sender = await RawClient.OpenAsync(server.Port);
        await listener.QueryAsync("LISTEN piped");
        byte[] Run(string sql) => [.. RawClient.Message('P', "", sql, (short)0), .. RawClient.Message('B', "", "", (short)0, (short)0, (short)0), .. RawClient.Message('E', "", 0)];
        await sender.SendAsync(Run("NOTIFY piped, 'lost'"), Run("SELECT 1 / 0"), RawClient.Message('S'));
        Assert.Equal("1 2 C:NOTIFY 1 2 E:22012 Z:I", await sender.ReadUntilReadyAsync());

        // Half a pipeline: nothing comes between its answers.
        await listener.SendAsync(Run("SELECT 1"), RawClient.Message('H'));
        foreach (char type in "12DC")
        {
            Assert.Equal(type, (await listener.ReadAsync())!.Value.Type);
        }

        await sender.SendAsync(Run("NOTIFY piped, 'sent'"), Run("NOTIFY piped, 'sent'"), RawClient.Message('S'));
        Assert.Equal("1 2 C:NOTIFY 1 2 C:NOTIFY Z:I", await sender.ReadUntilReadyAsync());
        await listener.SendAsync(Run("SELECT 2"), RawClient.Message('S'));
        Assert.Equal("1 2 D:2 C:SELECT 1 A Z:I", await listener.ReadUntilReadyAsync());
    }

    /// <summary>An idle connection inside TLS is woken as often as one likes, and its records stay whole.</summary>
    [Fact]
    public async Task U1_IdleConnectionsInsideTlsAreTold()
    {
        string connectionString = $"Host=localhost;Port={secure.Port};Username=anna;Password={SecurePgServer.Password};Database=sqlcluster;SSL Mode=Require;Server Compatibility Mode=NoTypeLoading;GSS Encryption Mode=Disable;Timeout=60;Command Timeout=120";
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);
        await using NpgsqlConnection listener = await source.OpenConnectionAsync(Cancellation), sender = await source.OpenConnectionAsync(Cancellation);
        int heard = 0;
        listener.Notification += (_, one) => heard += one.Payload == $"{heard}" ? 1 : 0;
        await RunAsync(listener, "LISTEN secret");
        for (int i = 0; i < 100; i++)
        {
            Task waiting = listener.WaitAsync(Cancellation);
            await RunAsync(sender, $"NOTIFY secret, '{i}'");
            await waiting;
            if (i % 10 == 0)
            {
                await RunAsync(listener, "SELECT 1");
            }
        }

        Assert.Equal(100, heard);
    }

    /// <summary>Who listens and does not read holds up no one, until the queue is full: then NOTIFY fails, and works again when the listener has left.</summary>
    [Fact]
    public async Task U1_TheQueueIsBounded()
    {
        using RawClient sender = await RawClient.OpenAsync(server.Port);
        using (RawClient listener = await RawClient.OpenAsync(server.Port))
        {
            await listener.QueryAsync("LISTEN crowd");
            await listener.QueryAsync("BEGIN");
            string answer;
            int sent = 0;
            do
            {
                answer = await sender.QueryAsync($"SELECT count(pg_notify('crowd', {sent++} || '-' || n || repeat('x', 7900))) AS n FROM generate_series(1, 500) AS g(n)");
            }
            while (answer == "T:n D:500 C:SELECT 1 Z:I" && sent < 100);

            Assert.Equal("T:n E:54000 Z:I", answer);
            Assert.True(server.Engine.Notifications.Usage is > 0.8 and <= 1, $"{server.Engine.Notifications.Usage}");
            Assert.Equal("E:54000 Z:I", (await sender.QueryAsync($"BEGIN; SELECT count(pg_notify('crowd', n || repeat('y', 7900))) FROM generate_series(1, 5000) AS g(n); COMMIT"))[^"E:54000 Z:I".Length..].Replace("Z:E", "Z:I", StringComparison.Ordinal));
            await sender.QueryAsync("ROLLBACK");
            Assert.Equal("C:NOTIFY Z:I", await sender.QueryAsync("NOTIFY nobody, 'listens'"));
        }

        while (server.Engine.Notifications.Usage > 0.5)
        {
            await Task.Delay(10, Cancellation);     // until the server has seen that the listener left
        }

        Assert.Equal("C:NOTIFY Z:I", await sender.QueryAsync("NOTIFY crowd"));
    }

    [Fact]
    public async Task U1_ChannelsAreBounded()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        string text = string.Concat(Enumerable.Range(0, NotificationInbox.MostChannels).Select(static i => $"LISTEN c{i};"));
        Assert.EndsWith("Z:I", await client.QueryAsync(text), StringComparison.Ordinal);
        Assert.Equal("E:54000 Z:I", await client.QueryAsync("LISTEN more"));
        Assert.Equal("T:n D:10000 C:SELECT 1 Z:I", await client.QueryAsync("SELECT count(*) AS n FROM pg_listening_channels()"));
        Assert.Equal("C:UNLISTEN Z:I", await client.QueryAsync("UNLISTEN *"));
        Assert.Equal("C:LISTEN Z:I", await client.QueryAsync("LISTEN more"));
    }

    /// <summary>Where the protocol has no notifications LISTEN says so; what is sent there is heard by others.</summary>
    [Fact]
    public async Task U1_OtherDoorsSendOnly()
    {
        using RawClient listener = await RawClient.OpenAsync(server.Port);
        await listener.QueryAsync("LISTEN embedded");
        using Session session = server.Engine.OpenSession();
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, "LISTEN embedded", Cancellation));
        Assert.Equal("0A000", error.SqlState);
        await ResultReader.ReadAsync(session, "BEGIN; NOTIFY embedded, 'one'; COMMIT; SELECT pg_notify('embedded', 'two')", Cancellation);
        foreach (string payload in (string[])["one", "two"])
        {
            Assert.Equal(payload, Encoding.UTF8.GetString((await listener.ReadAsync())!.Value.Body).Split('\0')[^2]);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
