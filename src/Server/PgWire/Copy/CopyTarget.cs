using System.Text;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>Takes COPY's rows for a table: checks them against its columns and collects them. Errors name line and column.</summary>
internal sealed class CopyTarget : IDisposable
{
    /// <summary>Bytes of a line or a value that an error repeats.</summary>
    private const int MaxShownBytes = 100;

    private readonly MemoryTable _table;
    private readonly MemoryTable.Writer _writer;
    private readonly RowLoader _loader;
    private readonly List<(long Line, string? Text)> _lines = [];

    public CopyTarget(MemoryTable table, NodeList<Identifier> columns, Session session)
    {
        _table = table;
        Ordinals = columns.IsEmpty ? [.. Enumerable.Range(0, table.Columns.Count)] : [.. columns.Select(column => Ordinal(column.Value))];
        for (int i = 0; i < Ordinals.Length; i++)
        {
            if (Array.IndexOf(Ordinals, Ordinals[i]) != i)
            {
                throw StatementErrors.DuplicateColumn(table.Columns[Ordinals[i]].Name);
            }
        }

        // Lengths are checked here, where the line is known; the cast would cut.
        SqlType[] types = [.. table.Columns.Select(static column => column.Type.Kind is TypeKind.Varchar ? SqlType.Text : column.Type)];
        _writer = table.OpenWriter();
        _loader = new RowLoader(types, session.Settings.ForExecution(session.Engine.MemoryLimitBytes) with { Objects = session.Objects });
    }

    /// <summary>Positions in the table of the columns that COPY names.</summary>
    public int[] Ordinals { get; }

    /// <summary>The table's schema, for errors.</summary>
    public required string Schema { get; init; }

    public string TableName => _table.Name;

    public long Rows { get; private set; }

    /// <summary>Column of the table behind COPY's n-th one.</summary>
    public TableColumn Column(int index) => _table.Columns[Ordinals[index]];

    public void SetNull(int index) => _loader.SetNull(Ordinals[index]);

    /// <exception cref="QueryException">22001: too long for its column.</exception>
    public void SetText(int index, ReadOnlySpan<byte> text) => _loader.SetText(Ordinals[index], Fit(text, Column(index).Type));

    public void SetValue(int index, Catalyst.Expressions.Literal value) => _loader.SetValue(Ordinals[index], value);

    /// <summary>Ends a row.</summary>
    /// <param name="line">Its number, from 1.</param>
    /// <param name="text">The line itself, for errors; null in binary.</param>
    public void EndRow(long line, string? text)
    {
        _lines.Add((line, text));
        _loader.EndRow();
        Rows++;
        if (_loader.IsFull)
        {
            Write();
        }
    }

    /// <summary>The rows, once all are there.</summary>
    public MemoryTable.Writer Finish()
    {
        Write();
        return _writer;
    }

    /// <summary>Throws the first error among the rows taken so far.</summary>
    /// <param name="exceptLast">The last one is not whole: what it lacks may be missing.</param>
    public void Check(bool exceptLast)
    {
        if (_loader.Rows > 0)
        {
            CheckNulls(Build(), exceptLast ? _loader.Rows - 1 : _loader.Rows);
        }
    }

    public void Dispose()
    {
        _loader.Dispose();
        _writer.Dispose();
    }

    /// <summary>The place of an error: table and line, and the line's text.</summary>
    public string Place(long line, string? text) => text == null ? $"COPY {_table.Name}, line {line}" : $"COPY {_table.Name}, line {line}: \"{Shown(text)}\"";

    /// <summary>The place of an error: table, line and column, and its value.</summary>
    public string Place(long line, string column, string? value) =>
        $"COPY {_table.Name}, line {line}, column {column}{(value == null ? "" : $": \"{Shown(value)}\"")}";

    private static string Shown(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= MaxShownBytes)
        {
            return text;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = MaxShownBytes;
        while ((bytes[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return Encoding.UTF8.GetString(bytes, 0, length) + "...";
    }

    /// <summary>The text as its column keeps it: char(n) and varchar(n) lose blanks beyond their length and nothing else.</summary>
    private static ReadOnlySpan<byte> Fit(ReadOnlySpan<byte> text, SqlType type)
    {
        if (type.Kind is not (TypeKind.Varchar or TypeKind.Char) || type.Precision <= 0 || text.Length <= type.Precision)
        {
            return text;
        }

        int characters = 0, end = text.Length;
        for (int i = 0; i < text.Length; i++)
        {
            if ((text[i] & 0xC0) != 0x80 && ++characters == type.Precision + 1)
            {
                end = i;
                break;
            }
        }

        return text[end..].IndexOfAnyExcept((byte)' ') < 0 ? text[..end] : throw new QueryException("22001", ErrorKind.User, $"value too long for type {type}");
    }

    private int Ordinal(string name)
    {
        for (int i = 0; i < _table.Columns.Count; i++)
        {
            if (_table.Columns[i].Name == name)
            {
                return i;
            }
        }

        throw StatementErrors.NoColumn(name, _table.Name);
    }

    private void Write()
    {
        if (_loader.Rows == 0)
        {
            return;
        }

        Batch batch = Build();
        CheckNulls(batch, batch.Length);
        _writer.Append(batch);
        _loader.Clear();
        _lines.Clear();
    }

    /// <summary>The rows taken so far, with their values read.</summary>
    private Batch Build()
    {
        Batch? batch = _loader.Build(out int row, out int column, out QueryException? error);
        if (batch == null)
        {
            (long line, string? text) = _lines[row];
            throw CopyErrors.At(error!, Place(line, _table.Columns[column].Name, text == null ? null : ValueShown?.Invoke(text, Array.IndexOf(Ordinals, column))));
        }

        return batch;
    }

    /// <summary>Finds COPY's n-th value in the text of a line.</summary>
    public Func<string, int, string?>? ValueShown { get; init; }

    private void CheckNulls(Batch batch, int length)
    {
        int first = int.MaxValue, column = -1;
        for (int i = 0; i < batch.Columns.Length; i++)
        {
            for (int row = 0; !_table.Columns[i].IsNullable && batch.Columns[i].HasNulls && row < Math.Min(length, first); row++)
            {
                if (batch.Columns[i].IsNull(row))
                {
                    (first, column) = (row, i);
                }
            }
        }

        if (column >= 0)
        {
            (long line, string? text) = _lines[first];
            QueryException error = Execution.ExecutionErrors.NullInColumn(_table.Columns[column].Name, _table.Name, FailingRow.Shown(_table.Columns, batch, first));
            throw CopyErrors.At(StatementErrors.InSchema(error, Schema), Place(line, text));
        }
    }
}
