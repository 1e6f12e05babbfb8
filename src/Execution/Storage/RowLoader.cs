using System.Buffers;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>Collects rows that come value by value, as text or as literals, and makes columns of their types of them, a batch at a time: COPY ... FROM STDIN.</summary>
/// <remarks>Texts are kept as they came and cast by the column, with the kernels that CAST uses. One thread.</remarks>
public sealed class RowLoader : IDisposable
{
    private readonly MemoryAccount _account = new("rows to load");
    private readonly IConstantEvaluator _constants;
    private readonly Column[] _columns;
    private int _rows;

    /// <param name="types">Types of the columns.</param>
    /// <param name="settings">Time zone and time of the statement.</param>
    public RowLoader(IReadOnlyList<SqlType> types, ExecutionSettings settings)
    {
        _constants = settings.CreateConstantEvaluator();
        _columns = [.. types.Select(type => new Column(type, _account, settings.ForEvaluation(_account)))];
    }

    /// <summary>Rows since the last batch.</summary>
    public int Rows => _rows;

    public bool IsFull => _rows >= Batch.DefaultRows || _columns.Any(static column => column.IsLarge);

    /// <summary>Sets a column of the current row to NULL, which it also is when nothing is set.</summary>
    public void SetNull(int column) => _columns[column].SetNull(_rows);

    /// <summary>Sets a column of the current row to the value of a text in UTF-8.</summary>
    public void SetText(int column, ReadOnlySpan<byte> text) => _columns[column].SetText(_rows, text);

    /// <summary>Sets a column of the current row to a value of its type, give or take precision and scale.</summary>
    /// <exception cref="QueryException">The value does not fit the type.</exception>
    public void SetValue(int column, Literal value) => _columns[column].SetValue(
        _rows, value.IsNull || value.Type.Equals(_columns[column].Type) ? value : _constants.Evaluate(new Cast(value, _columns[column].Type)));

    public void EndRow() => _rows++;

    /// <summary>The rows since the last batch, valid until the next call of any method.</summary>
    /// <param name="failedRow">When a text does not convert: its row in this batch.</param>
    /// <param name="failedColumn">And its column.</param>
    /// <param name="error">And why; else null.</param>
    /// <returns>The batch; null with <paramref name="error"/>.</returns>
    public Batch? Build(out int failedRow, out int failedColumn, out QueryException? error)
    {
        (failedRow, failedColumn, error) = (-1, -1, null);
        var vectors = new Vector[_columns.Length];
        for (int i = 0; i < vectors.Length; i++)
        {
            try
            {
                vectors[i] = _columns[i].Build(0, _rows);
            }
            catch (QueryException)
            {
                // Another column may fail in an earlier row: that one is to be named.
                (int row, QueryException why) = _columns[i].FindFailure(error == null ? _rows : failedRow);
                if (row >= 0)
                {
                    (failedRow, failedColumn, error) = (row, i, why);
                }
            }
        }

        return error == null ? new Batch(vectors, _rows) : null;
    }

    /// <summary>Begins the next batch.</summary>
    public void Clear()
    {
        _rows = 0;
        Array.ForEach(_columns, static column => column.Clear());
    }

    public void Dispose()
    {
        Array.ForEach(_columns, static column => column.Dispose());
        _account.Dispose();
    }

    /// <summary>The values of one column: texts one behind the other, or literals.</summary>
    private sealed class Column(SqlType type, MemoryAccount account, EvaluationContext context) : IDisposable
    {
        private const int LargeBytes = 4 << 20;

        private readonly ArrayBufferWriter<byte> _bytes = new();
        private readonly List<(int Start, int Length)> _texts = [];
        private readonly List<Literal?> _values = [];
        private readonly ResultColumn _text = new(SqlType.Text, account);
        private readonly ResultColumn _result = new(type, account);
        private readonly CompiledExpression? _cast = type.Kind == TypeKind.Text ? null : ExpressionCompiler.Compile(new Cast(new InputReference(0, "text", SqlType.Text, true), type), context);

        public SqlType Type => type;

        public bool IsLarge => _bytes.WrittenCount > LargeBytes;

        public void SetNull(int row)
        {
            Fill(row);
            _texts.Add((0, -1));
            _values.Add(null);
        }

        public void SetText(int row, ReadOnlySpan<byte> text)
        {
            Fill(row);
            _texts.Add((_bytes.WrittenCount, text.Length));
            _values.Add(null);
            _bytes.Write(text);
        }

        public void SetValue(int row, Literal value)
        {
            Fill(row);
            _texts.Add((0, -1));
            _values.Add(value);
        }

        public Vector Build(int start, int count)
        {
            Fill(start + count);
            if (_values.Exists(static value => value != null))
            {
                return BuildValues(start, count);
            }

            _text.Start(count);
            ReadOnlySpan<byte> bytes = _bytes.WrittenSpan;
            for (int i = 0; i < count; i++)
            {
                (int from, int length) = _texts[start + i];
                if (length >= 0)
                {
                    _text.MoveTo(i);
                    _text.SetBytes(bytes.Slice(from, length));
                }
            }

            Vector text = _text.Build();
            return _cast == null ? text : _cast.Evaluate(new Batch([text], count));
        }

        /// <summary>The first row below a limit whose text does not convert.</summary>
        public (int Row, QueryException Error) FindFailure(int limit)
        {
            for (int row = 0; row < limit; row++)
            {
                try
                {
                    Build(row, 1);
                }
                catch (QueryException error)
                {
                    return (row, error);
                }
            }

            return (-1, null!);
        }

        public void Clear()
        {
            _bytes.ResetWrittenCount();
            _texts.Clear();
            _values.Clear();
        }

        public void Dispose()
        {
            _cast?.Dispose();
            _text.Dispose();
            _result.Dispose();
        }

        private Vector BuildValues(int start, int count)
        {
            _result.Start(count);
            for (int i = 0; i < count; i++)
            {
                if (_values[start + i] is { IsNull: false } value)
                {
                    _result.MoveTo(i);
                    LiteralVectors.Set(_result, value);
                }
            }

            return _result.Build();
        }

        /// <summary>Rows in which nothing was set are null.</summary>
        private void Fill(int row)
        {
            while (_texts.Count < row)
            {
                _texts.Add((0, -1));
                _values.Add(null);
            }
        }
    }
}
