using System.Text;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>
/// About 2,000 values of every type, read by each client and written back by it as parameters: what it reads is what the list has, and what arrives is what left.
/// "Text" and "binary" are the formats of the protocol in which values and parameters travel (CLIENTS.md T2, T3, Q7, Q8).
/// </summary>
public sealed class BoundaryClientTests(BoundaryServer server) : IClassFixture<BoundaryServer>
{
    [Fact]
    public async Task T2_PgjdbcInBinary() => await server.CheckAsync(server.Works, "jdbc_binary", work => ClientProgram.JavaWithInputAsync("boundary/BoundaryJdbc.java", work, JdbcUrl, "binary"));

    [Fact]
    public async Task T3_PgjdbcInText() => await server.CheckAsync(server.Works, "jdbc_text", work => ClientProgram.JavaWithInputAsync("boundary/BoundaryJdbc.java", work, JdbcUrl, "text"));

    [Fact]
    public async Task T2_NodePostgresInBinary() => await server.CheckAsync(server.Works, "node_binary", work => ClientProgram.NodeWithInputAsync("boundary/boundary-node.mjs", work, server.Host, server.Port, "binary"));

    [Fact]
    public async Task T3_NodePostgresInText() => await server.CheckAsync(server.Works, "node_text", work => ClientProgram.NodeWithInputAsync("boundary/boundary-node.mjs", work, server.Host, server.Port, "text"));

    /// <summary>With and without cursors of its own.</summary>
    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task T3_PsqlOdbc(string useDeclareFetch)
    {
        Assert.SkipUnless(ClientProgram.IsInstalled("isql"), "isql is not installed");
        await server.CheckAsync([.. server.Works.Select(static work => work.WithYearsOfFourDigits())], $"odbc{useDeclareFetch}", work => ClientProgram.PythonWithInputAsync("boundary/boundary_odbc.py", "ctypes", work, server.Host, server.Port, useDeclareFetch));
    }

    /// <summary>What the driver makes of dates and times in other years, with PostgreSQL as with us: the lists leave them out for it.</summary>
    [Fact]
    public async Task T3_PsqlOdbcHasYearsOfFourDigitsAlone()
    {
        Assert.SkipUnless(ClientProgram.IsInstalled("isql"), "isql is not installed");
        (string Type, string Value, string Shown)[] dates =
        [
            ("date", "0044-03-15 BC", "0044-03-15"), ("date", "10000-01-01", "1000-00-00"), ("date", "infinity", "0000-00-00"),
            ("timestamp", "294246-12-31 23:59:59.999999", "0000-00-00 00:00:00"), ("timestamp", "-infinity", "9999-01-01 00:00:00 BC"),
        ];
        (int exitCode, string output) = await ClientProgram.PythonWithInputAsync("boundary/boundary_odbc.py", "ctypes", string.Concat(dates.Select(static (date, i) => $"{i}\t{date.Type}\tSELECT {date.Type} '{date.Value}'\t-\n")), server.Host, server.Port, "0");
        Assert.True(exitCode == 0, output);
        Dictionary<string, List<string?>> read = BoundaryText.Parse(output);
        Assert.Equal(dates.Select(static date => date.Shown), dates.Select((_, i) => Assert.Single(read[$"{i}"])));
    }

    /// <summary>Read by SELECT, written back by COPY FROM STDIN and, to be sure of both, read again by COPY TO STDOUT.</summary>
    [Fact]
    public async Task T3_Psql()
    {
        const string marker = "\uE000";
        await server.PrepareAsync(server.Works, "psql");
        var script = new StringBuilder("\\pset null '\\\\N'\n\\pset recordsep_zero on\n\\pset tuples_only on\n\\pset format unaligned\n");
        foreach (BoundaryWork work in server.Works)
        {
            script.Append($"SELECT '{marker}{work.Family}';\n{work.Query};\n");
            if (work.Table != null)
            {
                script.Append($"COPY {work.Into("psql")} FROM STDIN;\n").AppendJoin("", work.Values.Select(static (value, index) => $"{index}\t{BoundaryText.Escaped(value.Text)}\n")).Append("\\.\n");
            }
        }

        (int exitCode, string output) = await ClientProgram.RunAsync("psql", ["-X", "-q", "-h", server.Host, "-p", server.Port, "-U", "tester", "-d", "sqlcluster", "-f", "-"], input: script.ToString());
        Assert.True(exitCode == 0, output);
        var read = new Dictionary<string, List<string?>>();
        foreach (string[] parts in output.Split(marker)[1..].Select(static part => part.Split('\0')))
        {
            read[parts[0]] = [.. parts[1..^1].Select(static text => text == "\\N" ? null : text)];
        }

        await server.CompareAsync(server.Works, "psql", read);
    }

    /// <summary>psql's only binary: COPY to a file, and from it.</summary>
    [Fact]
    public async Task T2_Psql()
    {
        BoundaryWork[] works = [.. server.Works.Where(static work => work.Table != null)];
        await server.PrepareAsync(works, "psql_binary");
        string folder = Directory.CreateTempSubdirectory("sqlcluster-copies").FullName;
        try
        {
            string script = string.Concat(works.Select(work => $"\\copy (SELECT i, v FROM {work.Table} ORDER BY i) TO '{folder}/{work.Table}' (FORMAT binary)\n\\copy {work.Into("psql_binary")} FROM '{folder}/{work.Table}' (FORMAT binary)\n"));
            (int exitCode, string output) = await ClientProgram.RunAsync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", server.Host, "-p", server.Port, "-U", "tester", "-d", "sqlcluster", "-f", "-"], input: script);
            Assert.True(exitCode == 0, output);
        }
        finally
        {
            Directory.Delete(folder, true);
        }

        var wrong = new List<string>();
        foreach (BoundaryWork work in works)
        {
            wrong.AddRange(BoundaryComparison.Difference(work.Values, await server.WrittenAsync(work, "psql_binary")) is { } difference ? [$"{work.Family}: {difference}"] : []);
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>node-postgres asks for rows in binary where it is told to, and makes UTF-8 text of their bytes: binary values are read by COPY for it.</summary>
    [Fact]
    public async Task T2_NodePostgresMakesTextOfBinaryRows()
    {
        (int exitCode, string output) = await ClientProgram.NodeWithInputAsync("boundary/boundary-node.mjs", "bytes\tbytea\tSELECT '\\xff00'::bytea AS v\t-\nnumber\tbigint\tSELECT 255::bigint AS v\t-\n", server.Host, server.Port, "rows");
        Assert.True(exitCode == 0, output);
        Dictionary<string, List<string?>> read = BoundaryText.Parse(output);
        Assert.Equal("efbfbd00", Assert.Single(read["bytes"]));
        Assert.Equal("00000000000000efbfbd", Assert.Single(read["number"]));
    }

    private string JdbcUrl => $"jdbc:postgresql://{server.Host}:{server.Port}/sqlcluster?user=tester&sslmode=disable";
}
