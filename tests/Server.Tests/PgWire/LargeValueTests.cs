using System.IO.Pipelines;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.PgWire.Types;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Turning one large value into a message is given up when the statement is cancelled.</summary>
public sealed class LargeValueTests
{
    [Theory]
    [InlineData("SELECT array_agg(i) FROM generate_series(1, 100000) g(i)", true)]
    [InlineData("SELECT array_agg(i) FROM generate_series(1, 100000) g(i)", false)]
    [InlineData("SELECT array_agg(row(i, 'text ' || i)) FROM generate_series(1, 100000) g(i)", true)]
    [InlineData("SELECT array_agg(row(i, 'text ' || i)) FROM generate_series(1, 100000) g(i)", false)]
    [InlineData("SELECT convert_to(repeat('abc', 1000000), 'UTF8')", false)]
    public async Task WritingHearsACancellation(string sql, bool isBinary)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var engine = new Engine();
        using Session session = engine.OpenSession();
        await using var rows = Assert.IsType<StatementResult.Rows>(await session.ExecuteAsync(Parser.SqlParser.ParseStatements(sql).Single(), cancellation));
        Batch batch = (await rows.ReadAsync(cancellation))!;
        using var cancelled = new CancellationTokenSource();
        foreach (bool escapesBytes in new[] { false, true })
        {
            ValueWriter column = ValueWriter.Create(rows.Columns[0].Type, isBinary, "UTC", styles: new TextStyles(escapesBytes, IntervalStyle.Postgres), cancellation: cancelled.Token);
            column.Open(batch.Columns[0]);
            var writer = new PgWriter(new Pipe().Writer);
            column.Write(writer, 0);
            Assert.True(writer.Buffered > 500_000);
            writer.Release();
        }

        await cancelled.CancelAsync();
        foreach (bool escapesBytes in new[] { false, true })
        {
            ValueWriter column = ValueWriter.Create(rows.Columns[0].Type, isBinary, "UTC", styles: new TextStyles(escapesBytes, IntervalStyle.Postgres), cancellation: cancelled.Token);
            column.Open(batch.Columns[0]);
            Assert.ThrowsAny<OperationCanceledException>(() => column.Write(new PgWriter(new Pipe().Writer), 0));
        }

        batch.Release();
    }
}
