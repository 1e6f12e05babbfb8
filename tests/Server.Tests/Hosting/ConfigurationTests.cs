using SqlCluster.Server.Hosting;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>Where a server's configuration comes from, and what is refused.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-conf").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void FlagsBeforeEnvironmentBeforeFileBeforeDefaults()
    {
        string file = Write("""
            # a comment
            pg_port = 1
            ui_port=2   # another
            max_connections = 3
            statement_timeout = '5min'
            timezone = Europe/Berlin
            """);
        ServerConfiguration configuration = ServerConfiguration.Load(
            file,
            new Dictionary<string, string> { ["SQLCLUSTER_PG_PORT"] = "11", ["SQLCLUSTER_UI_PORT"] = "off", ["SQLCLUSTER_WORK_MEM"] = "8MB", ["SQLCLUSTER_SERVICE_HOST"] = "10.0.0.1", ["OTHER"] = "x" },
            [("pg_port", "21"), ("shutdown_timeout", "2s")]);
        Assert.Equal(("21", "off", "3", "2s", "200"), (configuration["pg_port"], configuration["ui_port"], configuration["max_connections"], configuration["shutdown_timeout"], configuration["history_length"]));
        Assert.Equal(["TimeZone", "statement_timeout", "work_mem"], configuration.SessionDefaults.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("5min", "8MB", "Europe/Berlin"), (configuration.SessionDefaults["statement_timeout"], configuration.SessionDefaults["work_mem"], configuration.SessionDefaults["TimeZone"]));
        ServerOptions options = configuration.ToServerOptions(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Equal((21, null, TimeSpan.FromSeconds(2)), (options.PgPort, options.UiPort, options.ShutdownTimeout));
        Assert.Contains($"max_connections = '3'   # {file}, line 4", configuration.Lines());
        Assert.Contains("ui_port = 'off'   # SQLCLUSTER_UI_PORT", configuration.Lines());
        Assert.Contains("pg_port = '21'   # command line", configuration.Lines());
        Assert.Contains("slots = '0'   # default", configuration.Lines());
    }

    [Fact]
    public void WhatIsInForceCanBeReadBack()
    {
        ServerConfiguration first = Load("data = 'it''s # here'\nstatement_timeout = 90s");
        ServerConfiguration second = ServerConfiguration.Load(Write(string.Join('\n', first.Lines())), new Dictionary<string, string>(), []);
        Assert.Equal(Path.Combine(_folder, "it's # here"), second["data"]);
        Assert.Equal(first.Lines().Select(static line => line.Split("   #")[0]), second.Lines().Select(static line => line.Split("   #")[0]));
    }

    [Theory]
    [InlineData("pg_prot = 1", "line 1: unrecognized configuration parameter \"pg_prot\"; did you mean pg_port?")]
    [InlineData("\npg_port", "line 2: not name = value")]
    [InlineData("data = 'x", "line 1: not name = value")]
    [InlineData("max_connections = 0", "outside the valid range")]
    [InlineData("max_connections = many", "invalid value for parameter \"max_connections\": \"many\"")]
    [InlineData("statement_timeout = soon", "invalid value")]
    [InlineData("timezone = Nowhere/Land", "invalid value for parameter \"TimeZone\"")]
    [InlineData("server_version = 17", "unrecognized configuration parameter")]
    [InlineData("made.up = 1", "unrecognized configuration parameter")]
    public void MistakesAreNamedWithTheirLine(string text, string message) => Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Load(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("pg_port = 70000", "neither a port nor off")]
    [InlineData("listen_address = here", "not an IP address")]
    [InlineData("users_file = nosuch", "users_file")]
    [InlineData("pg_socket = here\npg_socket_mode = 0999", "pg_socket_mode: not three octal digits such as 0770")]
    [InlineData("tls_certificate = nosuch", "tls_certificate")]
    [InlineData("tls_certificate = sqlcluster.conf", "there is no certificate in")]
    [InlineData("tls_client_certificates = require", "tls_client_certificates: needs tls_certificate, tls_client_ca and users_file")]
    public void WhatCannotBeUsedIsAnError(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Load(text).ToServerOptions(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)).Message, StringComparison.Ordinal);

    [Fact]
    public void SessionsBeginWithTheServersDefaults()
    {
        using var engine = new Engine(Load("slots = 1\nstatement_timeout = 5min").ToEngineOptions());
        using Server.Sessions.Session session = engine.OpenSession();
        Assert.Equal("5min", session.Settings.Get("statement_timeout"));
        session.Settings.Set("statement_timeout", "1s");
        session.Settings.Reset("statement_timeout");
        Assert.Equal("5min", session.Settings.Get("statement_timeout"));
    }

    [Fact]
    public void ThePageIsWhatTheProgramPrints() => Assert.True(
        File.ReadAllText(Path.Combine(Corpus.Root, "docs", "configuration.md")).ReplaceLineEndings("\n") == ConfigurationPage.Print().ReplaceLineEndings("\n"),
        "docs/configuration.md is out of date: sqlcluster docs configuration > docs/configuration.md");

    private ServerConfiguration Load(string text) => ServerConfiguration.Load(Write(text), new Dictionary<string, string>(), []);

    private string Write(string text)
    {
        string file = Path.Combine(_folder, "sqlcluster.conf");
        File.WriteAllText(file, text);
        return file;
    }
}
