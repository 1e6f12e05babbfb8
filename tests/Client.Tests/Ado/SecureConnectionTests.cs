using System.Data;
using SqlCluster.Client.Ado;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Testing;

namespace SqlCluster.Client.Tests.Ado;

/// <summary>The provider against a server with a certificate and users: keys of the connection string, tokens that expire, servers that are started anew.</summary>
public sealed class SecureConnectionTests : IAsyncLifetime
{
    private const string Password = "geheim;1";

    private readonly TestCertificates _certificates = new();
    private readonly Engine _engine = new(new EngineOptions(Slots: 1));
    private readonly SettableTime _time = new();
    private ServerOptions _options = null!;
    private ServerHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Base => $"Server=grpcs://127.0.0.1:{_host.FlightAddress!.Port};Connect Timeout=60;Pooling=false;CA File={_certificates.AuthorityFile}";

    private string ConnectionString => $"{Base};User=anna;Password='{Password}'";

    public async ValueTask InitializeAsync()
    {
        UserStore users = UserStore.OpenOrCreate(Path.Combine(_certificates.Folder, "users"));
        users.Put("anna", ScramVerifier.Create(Password, 1));
        (string certificate, string key) = _certificates.Sign("server", ["localhost", "127.0.0.1"]);
        _options = new ServerOptions { FlightPort = 0, Users = users, Certificate = ServerCertificate.Open(certificate, key), ShutdownTimeout = TimeSpan.FromSeconds(2), Time = _time };
        _host = await ServerHost.StartAsync(_engine, _options, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await SqlClusterConnection.ClearAllPoolsAsync();
        await _host.DisposeAsync();
        _engine.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public async Task F1_KeysOfTheConnectionStringAreWhatTheySay()
    {
        string bare = Base.Replace("grpcs://", "", StringComparison.Ordinal);
        foreach (string text in new[]
        {
            ConnectionString + ";Application Name=mine;Time Zone=Asia/Tokyo",
            $"{bare};Tls=true;Uid=anna;Pwd='{Password}';Application Name=mine;Time Zone=Asia/Tokyo",
            $"{Base.Replace("CA File", "Trust Server Certificate=true;CA File", StringComparison.Ordinal)};Username=anna;Password='{Password}';Application Name=mine;Time Zone=Asia/Tokyo",
            $"{Base.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)};Host Name In Certificate=127.0.0.1;User Id=anna;Password='{Password}';Application Name=mine;Time Zone=Asia/Tokyo",
        })
        {
            await using SqlClusterConnection connection = await OpenAsync(text);
            Assert.Equal("t TLSv1.3 t", await ScalarAsync(connection, "SELECT left(ssl::text, 1) || ' ' || version || ' ' || left((bits >= 128 AND cipher LIKE 'TLS_%')::text, 1) FROM pg_stat_ssl"));
            Assert.Equal("anna mine Asia/Tokyo", await ScalarAsync(connection, "SELECT session_user || ' ' || current_setting('application_name') || ' ' || current_setting('TimeZone')"));
        }
    }

    [Theory]
    [InlineData("08001", "signed by an authority that is not trusted", "CA File", "Application Name")]
    [InlineData("08001", "the server's certificate is not for db.example.com, but for localhost, 127.0.0.1", "Connect Timeout=60", "Host Name In Certificate=db.example.com")]
    [InlineData("28P01", "password authentication failed for user \"anna\"", "geheim", "wrong")]
    [InlineData("58030", "Client Certificate cannot be read", "Connect Timeout=60", "Client Certificate=/nowhere/x.crt")]
    [InlineData("58030", "CA File cannot be read", "authority.crt", "nosuch.crt")]
    public async Task F1_F3_WhatIsWrongIsSaid(string sqlState, string message, string replaced, string by)
    {
        SqlClusterException error = await Assert.ThrowsAsync<SqlClusterException>(() => OpenAsync(ConnectionString.Replace(replaced, by, StringComparison.Ordinal)));
        Assert.Equal(sqlState, error.SqlState);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task F4_ATokenInPlaceOfThePassword()
    {
        using var flight = new Flight.Client.FlightClient(new Flight.Client.FlightClientOptions(
            new Flight.Grpc.GrpcChannelOptions(new Uri($"https://127.0.0.1:{_host.FlightAddress!.Port}")) { Trust = Flight.Grpc.ServerTrust.Anything }) { User = "anna", Password = Password });
        await flight.HandshakeAsync(Token);
        await using (SqlClusterConnection connection = await OpenAsync($"{Base};Token={flight.Token}"))
        {
            Assert.Equal("anna", await ScalarAsync(connection, "SELECT session_user"));
        }

        await flight.HandshakeAsync(Token);
        string expired = flight.Token!;
        _time.Advance(TimeSpan.FromDays(2));
        SqlClusterException error = await Assert.ThrowsAsync<SqlClusterException>(() => OpenAsync($"{Base};Token={expired}"));
        Assert.Equal(("28000", "the bearer token has expired: log in again"), (error.SqlState, error.Message));
    }

    /// <summary>A token that has expired is replaced by itself, and the session goes on: settings, temporary tables, prepared statements, transactions.</summary>
    [Fact]
    public async Task F4_F5_AnExpiredTokenIsReplacedAndTheSessionGoesOn()
    {
        await using SqlClusterConnection connection = await OpenAsync(ConnectionString);
        await ScalarAsync(connection, "CREATE TEMPORARY TABLE mine AS SELECT 7 AS i");
        await ScalarAsync(connection, "SET TimeZone = 'Asia/Tokyo'");
        Assert.Equal(7, await ScalarAsync(connection, "SELECT i FROM mine WHERE i = @i", 7));
        _time.Advance(TimeSpan.FromHours(13));
        Assert.Equal(7, await ScalarAsync(connection, "SELECT i FROM mine WHERE i = @i", 7));
        Assert.Equal("Asia/Tokyo", await ScalarAsync(connection, "SHOW TimeZone"));
        _time.Advance(TimeSpan.FromHours(13));
        await ScalarAsync(connection, "INSERT INTO mine VALUES (8)");
        Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM mine"));
        Assert.Single(_engine.Sessions);
    }

    /// <summary>A server that was started anew knows no session: the next statement runs in a new one, set up as the first was, unless something was left in the old one.</summary>
    [Fact]
    public async Task F5_AServerStartedAnewIsReachedByTheSameConnections()
    {
        await using SqlClusterConnection plain = await OpenAsync(ConnectionString + ";Time Zone=Asia/Tokyo"), touched = await OpenAsync(ConnectionString);
        await using var pool = new SqlClusterDataSource(ConnectionString.Replace("Pooling=false", "Maximum Pool Size=1", StringComparison.Ordinal));
        await using (SqlClusterConnection pooled = await pool.OpenConnectionAsync(Token))
        {
            await ScalarAsync(pooled, "SET TimeZone = 'Asia/Tokyo'");
        }

        Assert.Equal(3, await ScalarAsync(plain, "SELECT 1 + @i", 2));
        await ScalarAsync(touched, "CREATE TEMPORARY TABLE mine (i int)");
        int port = _host.FlightAddress!.Port;
        await _host.DisposeAsync();
        SqlClusterException gone = await Assert.ThrowsAsync<SqlClusterException>(() => OpenAsync($"{ConnectionString.Replace("127.0.0.1:", "127.0.0.1:", StringComparison.Ordinal)};Connect Timeout=5"));
        Assert.True(gone is { SqlState: "08006" or "08001", IsTransient: true }, $"{gone.SqlState} {gone.Message}");
        _host = await ServerHost.StartAsync(_engine, _options with { FlightPort = port }, Token);

        Assert.Equal(5, await ScalarAsync(plain, "SELECT 1 + @i", 4));
        Assert.Equal("Asia/Tokyo", await ScalarAsync(plain, "SHOW TimeZone"));
        SqlClusterException lost = await Assert.ThrowsAsync<SqlClusterException>(() => ScalarAsync(touched, "SELECT * FROM mine"));
        Assert.Equal(("08006", true, ConnectionState.Broken), (lost.SqlState, lost.IsTransient, touched.State));
        Assert.Contains("the session has ended on the server", lost.Message, StringComparison.Ordinal);
        await touched.CloseAsync();
        await touched.OpenAsync(Token);
        Assert.Equal(1, await ScalarAsync(touched, "SELECT 1"));
        await using SqlClusterConnection again = await pool.OpenConnectionAsync(Token);
        Assert.Equal("UTC", await ScalarAsync(again, "SHOW TimeZone"));
    }

    [Fact]
    public async Task X1_CancellingReachesTheServerInsideTls()
    {
        await using SqlClusterConnection connection = await OpenAsync(ConnectionString);
        await using SqlClusterCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM generate_series(1, 100000) a(i), generate_series(1, 100000) b(i) WHERE a.i * b.i % 7 = 3";
        Task<object?> running = command.ExecuteScalarAsync(Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (_engine.Sessions.All(static session => session.Running == null))
        {
            await Task.Delay(10, patience.Token);
        }

        command.Cancel();
        Assert.Equal("57014", (await Assert.ThrowsAsync<SqlClusterException>(() => running)).SqlState);
        while (_engine.Sessions.Any(static session => session.Running != null))
        {
            await Task.Delay(10, patience.Token);
        }

        Assert.Equal(1, await ScalarAsync(connection, "SELECT 1"));
    }

    private static async Task<SqlClusterConnection> OpenAsync(string text)
    {
        var connection = new SqlClusterConnection(text);
        try
        {
            await connection.OpenAsync(Token);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<object?> ScalarAsync(SqlClusterConnection connection, string sql, int? parameter = null)
    {
        await using SqlClusterCommand command = connection.CreateCommand();
        command.CommandText = sql;
        if (parameter != null)
        {
            command.Parameters.AddWithValue("i", parameter);
        }

        return await command.ExecuteScalarAsync(Token);
    }

    /// <summary>A clock that can be set forward.</summary>
    private sealed class SettableTime : TimeProvider
    {
        private TimeSpan _ahead;

        public void Advance(TimeSpan time) => _ahead += time;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
    }
}
