using System.Text;
using SqlCluster.Catalyst;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Csv;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Json;
using SqlCluster.Execution.Operators;
using SqlCluster.Parser.Collections;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Tests.Csv;

public sealed class CsvScanTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("csv-");

    public void Dispose() => _folder.Delete(recursive: true);

    // A state machine that looks at one character at a time is the judge of block cutting, mask splitting and unquoting.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_files_are_split_as_a_plain_state_machine_splits_them(int seed)
    {
        Random random = new(seed);
        int quoted = 0, rows = 0;
        for (int round = 0; round < 60; round++)
        {
            int width = random.Next(2, 6);
            string text = RandomFile(random, width);
            List<string> expected = [.. PlainRows(text).Select(static row => string.Join("|", row))];
            quoted += text.Contains('"', StringComparison.Ordinal) ? 1 : 0;
            rows += expected.Count;
            string path = Write($"{seed}-{round}.csv", text);
            foreach ((int block, int batch) in new[] { (16, 3), (random.Next(16, 200), 1), (1 << 16, 4096) })
            {
                NodeList<TableColumn> columns = [.. Enumerable.Range(0, width).Select(static i => new TableColumn($"c{i}", SqlType.Text))];
                CsvTable table = CsvTable.Open("t", [path], Options(("header", "false"), ("delim", ","), ("quote", "\""), ("escape", "\""), ("buffer_size", $"{block}")), columns);
                List<string> actual = Read(table, batch);
                Assert.True(expected.SequenceEqual(actual), $"seed {seed}, round {round}, block {block}, batch {batch}:\n{text}\n{string.Join('\n', actual)}");
            }
        }

        Assert.True(quoted > 30 && rows > 300, "the files were too plain");
    }

    [Fact]
    public void Several_tasks_share_a_file_and_read_every_row_once()
    {
        string path = Write("many.csv", "n,t\n" + string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"{i},\"row {i}\n\"\n")));
        CsvTable table = CsvTable.Open("t", [path], Options(("buffer_size", "1000")));
        using QueryContext query = new("test", new ExecutionSettings(), CancellationToken.None);
        ScanExec scan = Scan(table);
        using IScanSource source = table.OpenScan(scan, query);
        var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 4, task =>
        {
            using Operator reader = source.CreateReader(new TaskContext(query, task, 4), query.Metrics.For(scan));
            Drain(reader, table, seen.Add);
        });
        Assert.Equal(Enumerable.Range(0, 20_000), seen.Select(static row => int.Parse(row.Split('|')[0])).Order());
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_ends_the_query()
    {
        string path = Write("changing.csv", "n\n" + string.Concat(Enumerable.Range(0, 1000).Select(static i => $"{i}\n")));
        CsvTable table = CsvTable.Open("t", [path], Options(("buffer_size", "100")));
        using QueryContext query = new("test", new ExecutionSettings { BatchSize = 4 }, CancellationToken.None);
        ScanExec scan = Scan(table);
        using IScanSource source = table.OpenScan(scan, query);
        using Operator reader = source.CreateReader(new TaskContext(query, 0, 1), query.Metrics.For(scan));
        Assert.NotNull(reader.Next());
        File.AppendAllText(path, "1000\n");
        QueryException error = Assert.Throws<QueryException>(() => Drain(reader, table, static _ => { }));
        Assert.Equal("58030", error.SqlState);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_packed_file_that_is_cut_off_ends_the_query()
    {
        string path = Path.Combine(_folder.FullName, "cut.csv.gz");
        Random random = new(5);
        using (var packed = new System.IO.Compression.GZipStream(File.Create(path), System.IO.Compression.CompressionLevel.Fastest))
        {
            packed.Write(Encoding.UTF8.GetBytes("n\n" + string.Concat(Enumerable.Range(0, 50_000).Select(_ => $"{random.Next()}\n"))));
        }

        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        QueryException error = Assert.Throws<QueryException>(() => Read(CsvTable.Open("t", [path], Options(("header", "true"))), 4096));
        Assert.Equal("58030", error.SqlState);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_name_file_line_and_column()
    {
        string path = Write("bad.csv", "a,b\n1,\"x\ny\"\n2,z\nthree,w\n");
        QueryException error = Assert.Throws<QueryException>(() => Read(CsvTable.Open("t", [path], Options(("sample_size", "2"), ("header", "true"))), 4096));
        Assert.Equal("22P02", error.SqlState);
        Assert.Contains($"\"three\" in \"{path}\", line 5, column a", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(1 << 16)]
    public void Json_arrays_are_cut_between_their_items(int block)
    {
        string items = string.Join(" ,\n ", Enumerable.Range(0, 50).Select(static i => $"{{\"n\": {i}, \"t\": \"]}}, {{ \\\" {i}\", \"l\": [{i}, [], {{}}]}}"));
        string path = Write("array.json", $" [ {items}\n]\n");
        JsonTable table = JsonTable.Open("t", [path], Options(("buffer_size", $"{block}")));
        List<string> rows = Read(table, 7);
        Assert.Equal(Enumerable.Range(0, 50).Select(static i => $"{i}|]}}, {{ \" {i}"), rows.Select(static row => string.Join('|', row.Split('|')[..2])));
    }

    private static Dictionary<string, string> Options(params (string Name, string Value)[] options) => options.ToDictionary(static pair => pair.Name, static pair => pair.Value);

    private static string RandomFile(Random random, int width)
    {
        string[] pieces = ["", "a", "bc d", "\"\"", ",", "\n", "x\"y", "é", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"];
        var text = new StringBuilder();
        int rows = random.Next(1, 12);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < width; column++)
            {
                text.Append(column == 0 ? "" : ",");
                string value = string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => pieces[random.Next(pieces.Length)]));
                bool isPlain = !value.AsSpan().ContainsAny(",\n") && !value.StartsWith('"');
                text.Append(isPlain && random.Next(2) == 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            }

            text.Append(row == rows - 1 && random.Next(2) == 0 ? "" : random.Next(3) == 0 ? "\r\n" : "\n");
        }

        return text.ToString();
    }

    private static List<List<string>> PlainRows(string text)
    {
        var rows = new List<List<string>>();
        var row = new List<string>();
        var field = new StringBuilder();
        bool isQuoted = false, wasQuoted = false, isStart = true;
        text += text.EndsWith('\n') ? "" : "\n";
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (isQuoted)
            {
                if (c == '"' && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else if (c == '"')
                {
                    isQuoted = false;
                }
                else
                {
                    field.Append(c);
                }
            }
            else if (c == '"' && isStart)
            {
                isQuoted = wasQuoted = true;
                isStart = false;
            }
            else if (c is ',' or '\n')
            {
                string value = c == '\n' && field.Length > 0 && field[^1] == '\r' && text[i - 1] == '\r' ? field.ToString(0, field.Length - 1) : field.ToString();
                row.Add(value.Length == 0 && !wasQuoted ? "NULL" : value);
                field.Clear();
                (isStart, wasQuoted) = (true, false);
                if (c == '\n')
                {
                    rows.Add(row);
                    row = [];
                }
            }
            else
            {
                field.Append(c);
                isStart = false;
            }
        }

        return rows;
    }

    private static ScanExec Scan(ITable table) => new(
        table,
        [.. Enumerable.Range(0, table.Columns.Count)],
        [.. table.Columns.Select(static column => new ExecColumn(column.Name, column.Type, column.IsNullable))],
        NodeList<Expression>.Empty,
        [.. Enumerable.Range(0, table.Columns.Count)],
        -1,
        NodeList<RuntimeFilterTarget>.Empty);

    private static List<string> Read(IScannableTable table, int batchSize)
    {
        using QueryContext query = new("test", new ExecutionSettings { BatchSize = batchSize }, CancellationToken.None);
        ScanExec scan = Scan(table);
        using IScanSource source = table.OpenScan(scan, query);
        using Operator reader = source.CreateReader(new TaskContext(query, 0, 1), query.Metrics.For(scan));
        var rows = new List<string>();
        Drain(reader, table, rows.Add);
        return rows;
    }

    private static void Drain(Operator reader, ITable table, Action<string> add)
    {
        var text = new RowText([.. table.Columns.Select(static column => column.Type)]);
        while (reader.Next() is { } batch)
        {
            text.Open(batch);
            for (int i = 0; i < batch.RowCount; i++)
            {
                add(string.Join("|", text.GetRow(batch.Selection is { } selection ? selection.Rows[i] : i).Select(static value => value ?? "NULL")));
            }
        }
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
