using Google.Protobuf;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>Logging in, tokens and cookies (docs/client-requirements.md, F2 to F5).</summary>
public sealed class LoginTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"users-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task F2_HandshakeGivesTheTokenInHeaderAndTrailer()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(Users());
        using FlightTestClient client = server.Connect(keepsCookies: false);
        client.UseBasic("ann", "secret");
        Metadata trailers = await client.HandshakeAsync();
        Assert.StartsWith("Bearer ", client.LastHeaders["authorization"], StringComparison.Ordinal);
        Assert.Equal(client.LastHeaders["authorization"], trailers["authorization"]);
        Assert.Equal(1, (await client.QueryAsync("SELECT 1")).Single);

        // A token that is there already is checked and stays.
        string? token = client.Authorization;
        await client.HandshakeAsync();
        Assert.Equal(token, client.Authorization);
    }

    [Fact]
    public async Task F2_HandshakeTakesUserAndPasswordFromThePayload()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(Users());
        using FlightTestClient client = server.Connect(keepsCookies: false);
        using GrpcDuplexCall call = client.Channel.Duplex(FlightTestClient.Service + "Handshake", client.Options());
        await call.WriteAsync(new HandshakeRequest { Payload = new BasicAuth { Username = "ann", Password = "secret" }.ToByteString() });
        await call.CompleteAsync();
        using GrpcResponse response = await call.ResponseAsync();
        HandshakeResponse answer = Assert.IsType<HandshakeResponse>(await response.ReadAsync(HandshakeResponse.Parser));
        client.Authorization = $"Bearer {answer.Payload.ToStringUtf8()}";
        Assert.Equal(1, (await client.QueryAsync("SELECT 1")).Single);
    }

    [Theory]
    [InlineData(null, "this server requires a user name and a password")]
    [InlineData("Basic YW5uOndyb25n", "password authentication failed for user \"ann\" [28P01]")]
    [InlineData("Basic bm9ib2R5Og==", "password authentication failed for user \"nobody\" [28P01]")]
    [InlineData("Basic ???", "the authorization header is neither Basic nor Bearer")]
    [InlineData("Digest x", "the authorization header is neither Basic nor Bearer")]
    [InlineData("Bearer abc", "the bearer token is not one of this server: log in again")]
    [InlineData("Bearer AAAA.BBBB", "the bearer token is not one of this server: log in again")]
    public async Task F3_WithoutRightCredentialsTheFirstCallSaysSo(string? authorization, string message)
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(Users());
        using FlightTestClient client = server.Connect();
        client.Authorization = authorization;
        foreach (Func<Task> call in new Func<Task>[] { () => client.QueryAsync("SELECT 1"), client.HandshakeAsync, () => client.ActAsync("GetSessionOptions") })
        {
            GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(call);
            Assert.Equal((StatusCode.Unauthenticated, message), (error.Code, error.Message));
        }
    }

    [Fact]
    public async Task F2_PasswordsOnAnyCallAreAnsweredWithAToken()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(Users());
        using FlightTestClient client = server.Connect(keepsCookies: false);
        client.UseBasic("ann", "secret");
        await client.UpdateAsync("SET application_name = 'kept'");
        Assert.StartsWith("Bearer ", client.Authorization, StringComparison.Ordinal);
        Assert.Equal("kept", (await client.QueryAsync("SHOW application_name")).Single);
    }

    [Fact]
    public async Task F4_TokensExpireAndAreRenewed()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(Users());
        using FlightTestClient client = server.Connect(keepsCookies: false);
        client.UseBasic("ann", "secret");
        await client.HandshakeAsync();
        await client.UpdateAsync("SET application_name = 'kept'");
        string first = client.Authorization!;
        server.Time.Advance(TimeSpan.FromHours(7));
        await client.QueryAsync("SELECT 1");
        Assert.NotEqual(first, client.Authorization);
        server.Time.Advance(TimeSpan.FromHours(6));

        // The new token goes on with the same session, the old one is worth nothing any more.
        Assert.Equal("kept", (await client.QueryAsync("SHOW application_name")).Single);
        client.Authorization = first;
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => client.QueryAsync("SELECT 1"));
        Assert.Equal((StatusCode.Unauthenticated, "the bearer token has expired: log in again"), (error.Code, error.Message));
    }

    [Fact]
    public async Task F4_ATokenWithAChangedByteIsRefused()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(Users());
        using FlightTestClient client = server.Connect(keepsCookies: false);
        client.UseBasic("ann", "secret");
        await client.HandshakeAsync();
        string token = client.Authorization!;
        for (int i = "Bearer ".Length; i < token.Length - 1; i += 7)
        {
            client.Authorization = string.Concat(token.AsSpan(0, i), token[i] == 'A' ? "B" : "A", token.AsSpan(i + 1));
            Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<GrpcStatusException>(() => client.ActAsync("GetSessionOptions"))).Code);
        }
    }

    [Fact]
    public async Task F4_TokensOfARemovedUserAreWorthNothing()
    {
        UserStore users = Users();
        await using FlightTestServer server = await FlightTestServer.StartAsync(users);
        using FlightTestClient client = server.Connect(keepsCookies: false);
        client.UseBasic("ann", "secret");
        await client.HandshakeAsync();
        users.Remove("ann");
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<GrpcStatusException>(() => client.QueryAsync("SELECT 1"))).Code);
    }

    [Fact]
    public async Task F5_TheSessionIsTheTokensOrTheCookiesNotTheConnections()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("SET application_name = 'first'");
        Assert.Equal("first", (await client.QueryAsync("SHOW application_name")).Single);

        using FlightTestClient stranger = server.Connect();
        Assert.Equal("test", (await stranger.QueryAsync("SHOW application_name")).Single);
        using FlightTestClient forgetful = server.Connect(keepsCookies: false);
        await forgetful.UpdateAsync("SET application_name = 'lost'");
        Assert.Equal("test", (await forgetful.QueryAsync("SHOW application_name")).Single);

        // The same session over another connection.
        await client.HandshakeAsync();
        await client.UpdateAsync("SET application_name = 'by token'");
        using FlightTestClient other = server.Connect(keepsCookies: false);
        other.Authorization = client.Authorization;
        Assert.Equal("by token", (await other.QueryAsync("SHOW application_name")).Single);
    }

    [Fact]
    public async Task F5_ClientsWithoutTokenAndCookieLeaveNoSessionsBehind()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect(keepsCookies: false);
        for (int i = 0; i < 20; i++)
        {
            await client.ReadAsync(new CommandGetCatalogs());
            await client.ActAsync("GetSessionOptions");
        }

        Assert.Equal(0, server.Service.SessionCount);
        await client.QueryAsync("SELECT 1");
        server.Time.Advance(TimeSpan.FromMinutes(11));
        await server.Service.SweepAsync();
        await server.Service.SweepAsync();
        Assert.Equal(0, server.Service.SessionCount);
    }

    private UserStore Users()
    {
        UserStore users = UserStore.OpenOrCreate(_file);
        users.Put("ann", ScramVerifier.Create("secret"));
        return users;
    }
}
