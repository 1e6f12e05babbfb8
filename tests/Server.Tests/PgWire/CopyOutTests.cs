using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.PgWire.Copy;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>COPY ... TO STDOUT of lines so long that they are written in parts.</summary>
public sealed class CopyOutTests
{
    /// <summary>Characters of two units lie across the parts' ends; they and what is escaped arrive as they are.</summary>
    [Theory]
    [InlineData("", "\\t", "\tend\n")]
    [InlineData("(FORMAT csv)", "\t", ",end\n")]
    [InlineData("(FORMAT csv, FORCE_QUOTE *)", "\t\"", ",\"end\"\n")]
    public async Task Y1_LongLinesArriveWhole(string options, string tab, string end)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var engine = new Engine();
        using Session session = engine.OpenSession();
        string sql = $"COPY (SELECT repeat('x', 70001) || repeat('\U0001F600', 900000) || E'\\t', 'end') TO STDOUT {options}";
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var writer = new PgWriter(pipe.Writer);
        await CopyOut.RunAsync((Copy)Parser.SqlParser.ParseStatements(sql).Single(), session, writer, cancellation);
        await writer.FlushAsync(cancellation);
        await pipe.Writer.CompleteAsync();

        var messages = new List<(char Type, byte[] Body)>();
        ReadResult read = await pipe.Reader.ReadAtLeastAsync(int.MaxValue, cancellation);
        byte[] bytes = read.Buffer.ToArray();
        for (int at = 0; at < bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 1));
            messages.Add(((char)bytes[at], bytes[(at + 5)..(at + 1 + length)]));
            at += 1 + length;
        }

        Assert.Equal(['H', 'd', 'c', 'C'], messages.Select(static message => message.Type));
        string expected = (options.Contains("FORCE", StringComparison.Ordinal) ? "\"" : "") + new string('x', 70001) + string.Concat(Enumerable.Repeat("\U0001F600", 900_000)) + tab + end;
        Assert.True(Encoding.UTF8.GetBytes(expected).AsSpan().SequenceEqual(messages[1].Body));
    }
}
