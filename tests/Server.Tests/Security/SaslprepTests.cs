using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.Tests.Security;

/// <summary>Preparing passwords, with the RFC's own examples (C6; RFC 4013, section 3).</summary>
public sealed class SaslprepTests
{
    [Theory]
    [InlineData("I\u00ADX", "IX")]              // soft hyphen goes
    [InlineData("user", "user")]
    [InlineData("USER", "USER")]                // case stays
    [InlineData("\u00AA", "a")]                 // normal form KC
    [InlineData("\u2168", "IX")]
    [InlineData("a\u00A0b\u3000c", "a b c")]    // other spaces
    [InlineData("u\u0308ber", "\u00FCber")]     // typed by two keys, or by one
    [InlineData("\uFF50\uFF57", "pw")]          // full width
    [InlineData("\u0627\u0628", "\u0627\u0628")]
    public void C6_PasswordsArePrepared(string password, string prepared) => Assert.Equal(prepared, Saslprep.Try(password));

    /// <summary>What the RFC forbids counts as it is, as with PostgreSQL; so two such passwords are the same only when they are equal.</summary>
    [Theory]
    [InlineData("\u0627\u0031")]                // begins from the right, ends from the left
    [InlineData("\u0627a\u0628")]               // both directions
    [InlineData("\u00FC\u0007")]                // control character
    [InlineData("\uE000")]                      // private use
    [InlineData("\u00AD")]                      // nothing is left
    [InlineData("\u0221")]                      // not in Unicode 3.2
    public void C6_WhatIsForbiddenCountsAsItIs(string password)
    {
        Assert.Null(Saslprep.Try(password));
        Assert.Equal(password, Saslprep.Prepare(password));
        Assert.True(ScramVerifier.Create(password, 1).Matches(password));
    }

    /// <summary>psql prepares passwords by itself (libpq has its own tables): what was set one way is typed another.</summary>
    [Theory]
    [InlineData("I\u00ADX\u2168", "IXIX")]
    [InlineData("\u00FCber\uFB01n", "u\u0308berfin")]
    [InlineData("\u0627\u0031", "\u0627\u0031")]
    [InlineData("a\u200Bb", "a b")]
    public async Task C6_PsqlAndTheServerPrepareAlike(string set, string typed)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql is not installed");
        string file = Path.GetTempFileName();
        try
        {
            UserStore users = UserStore.OpenOrCreate(file);
            users.Put("anna", ScramVerifier.Create(set, 1));
            using var engine = new Engine(new EngineOptions(Slots: 1));
            await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, Users = users }, TestContext.Current.CancellationToken);
            foreach (string password in new[] { set, typed })
            {
                var start = new System.Diagnostics.ProcessStartInfo("/usr/bin/psql", [$"host=127.0.0.1 port={host.PgAddress!.Port} user=anna dbname=sqlcluster client_encoding=UTF8", "-w", "-At", "-c", "SELECT session_user"]) { RedirectStandardOutput = true, RedirectStandardError = true };
                start.Environment["PGPASSWORD"] = password;
                using System.Diagnostics.Process psql = System.Diagnostics.Process.Start(start)!;
                Task<string> output = psql.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), errors = psql.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
                await psql.WaitForExitAsync(TestContext.Current.CancellationToken);
                Assert.Equal(("anna\n", ""), (await output, await errors));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
