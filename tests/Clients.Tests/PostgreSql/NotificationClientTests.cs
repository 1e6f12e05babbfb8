using System.Text.RegularExpressions;
using Npgsql;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests.PostgreSql;

/// <summary>LISTEN and NOTIFY between two connections of each client. What the scripts print is compared with the .expected file beside them, which is what they printed on PostgreSQL 15.</summary>
public sealed partial class NotificationClientTests(PgServer server) : IClassFixture<PgServer>
{
    private const string Host = "127.0.0.1";

    private string ConnectionString => $"Host={Host};Port={server.Port};Username=tester;Database=sqlcluster;SSL Mode=Disable;GSS Encryption Mode=Disable;Timeout=60;Command Timeout=120";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task U1_Psycopg2()
    {
        (_, string output) = await ClientProgram.PythonAsync("pg/psycopg2_notify.py", "psycopg2", $"host={Host} port={server.Port} user=tester dbname=sqlcluster sslmode=disable");
        Assert.Equal(Expected("psycopg2_notify"), output);
    }

    [Fact]
    public async Task U1_NodePostgres()
    {
        (_, string output) = await ClientProgram.NodeAsync("pg/node-notify.mjs", Host, server.Port);
        Assert.Equal(Expected("node-notify"), output);
    }

    [Fact]
    public async Task U1_Pgjdbc()
    {
        (_, string output) = await ClientProgram.JavaAsync("pg/JdbcNotify.java", $"jdbc:postgresql://{Host}:{server.Port}/sqlcluster?user=tester&sslmode=disable");
        Assert.Equal(Expected("JdbcNotify"), output);
    }

    [Fact]
    public async Task U1_Psql()
    {
        (_, string output) = await ClientProgram.RunAsync("psql", ["-X", "-h", Host, "-p", server.Port, "-U", "tester", "-d", "sqlcluster", "-At", "-f", "-"], input: "LISTEN a;\nNOTIFY a, 'b';\nBEGIN;\nNOTIFY a;\nCOMMIT;\n");
        Assert.Equal(
            "LISTEN\nNOTIFY\nAsynchronous notification \"a\" with payload \"b\" received from server process with PID N.\nBEGIN\nNOTIFY\nCOMMIT\nAsynchronous notification \"a\" received from server process with PID N.\n",
            Pid().Replace(output, "PID N"));
    }

    /// <summary>WaitAsync on a connection that waits for nothing else; and the pool's reset ends it.</summary>
    [Fact]
    public async Task U1_Npgsql()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(ConnectionString);
        await using NpgsqlConnection listener = await source.OpenConnectionAsync(Cancellation), sender = await source.OpenConnectionAsync(Cancellation);
        var heard = new List<string>();
        listener.Notification += (_, one) => heard.Add($"{one.Channel} {one.Payload} {one.PID == sender.ProcessID}");
        await RunAsync(listener, "LISTEN news");
        for (int i = 0; i < 50; i++)
        {
            Task waiting = listener.WaitAsync(Cancellation);
            await RunAsync(sender, $"NOTIFY news, '{i}'");
            await waiting;
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(static i => $"news {i} True"), heard);
        await listener.CloseAsync();
        await listener.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_listening_channels()", listener);
        Assert.Equal(0L, await command.ExecuteScalarAsync(Cancellation));
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static string Expected(string name) => File.ReadAllText(Path.Combine(Corpus.Root, "tests", "clients", "pg", name + ".expected"));

    [GeneratedRegex(@"PID \d+")]
    private static partial Regex Pid();
}
