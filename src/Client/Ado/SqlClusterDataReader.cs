using System.Collections;
using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Data.SqlTypes;
using System.Numerics;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Client;

namespace SqlCluster.Client.Ado;

/// <summary>The rows of a command's statements, as they arrive. Closing it early ends the statement on the server.</summary>
public sealed class SqlClusterDataReader : DbDataReader, IDbColumnSchemaGenerator
{
    private readonly SqlClusterConnection _connection;
    private readonly CommandExecution _execution;
    private readonly CommandBehavior _behavior;
    private readonly Action _onClosed;
    private readonly MemoryAccount _account = new("a data reader");
    private FlightStream? _stream;
    private ColumnType[] _columns = [];
    private ColumnCursor[] _cursors = [];
    private Batch? _batch;
    private int _next;
    private int _row = -1;
    private bool _hasRows;
    private bool _isClosed;

    internal SqlClusterDataReader(SqlClusterConnection connection, CommandExecution execution, CommandBehavior behavior, Action onClosed)
    {
        _connection = connection;
        _execution = execution;
        _behavior = behavior;
        _onClosed = onClosed;
    }

    public override int FieldCount => _columns.Length;

    public override bool HasRows => _hasRows;

    public override bool IsClosed => _isClosed;

    public override int Depth => 0;

    /// <summary>Rows changed by all statements so far, -1 when none changes any.</summary>
    public override int RecordsAffected => _execution.RecordsAffected;

    /// <summary>Columns of the current result in Arrow's types.</summary>
    public ArrowSchema ArrowSchema => new([.. _columns.Select(static column => column.Field)]);

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool Read() => _next < (_batch?.RowCount ?? 0) ? Advance() : Waiting.For(() => ReadAsync(CancellationToken.None));

    public override Task<bool> ReadAsync(CancellationToken cancellationToken) =>
        _next < (_batch?.RowCount ?? 0) ? Task.FromResult(Advance()) : ReadNextBatchAsync(cancellationToken);

    public override bool NextResult() => Waiting.For(() => NextResultAsync(CancellationToken.None));

    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        CloseResult();
        if (_behavior.HasFlag(CommandBehavior.SingleResult) && _columns.Length > 0)
        {
            _columns = [];
            return false;
        }

        return await StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The rest of the current result as Arrow batches, each valid until the next is asked for. Do not mix with <see cref="Read"/>.</summary>
    public async IAsyncEnumerable<Batch> ReadBatchesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_batch != null && _next == 0)
        {
            _next = _batch.RowCount;
            yield return _batch;
        }

        while (await NextBatchAsync(cancellationToken).ConfigureAwait(false))
        {
            _next = _batch!.RowCount;
            yield return _batch;
        }
    }

    public override bool IsDBNull(int ordinal) => Cursor(ordinal).IsNull(_row);

    public override Task<bool> IsDBNullAsync(int ordinal, CancellationToken cancellationToken) => Task.FromResult(IsDBNull(ordinal));

    public override bool GetBoolean(int ordinal) => Present(ordinal).Boolean(_row);

    public override byte GetByte(int ordinal) => checked((byte)Present(ordinal).Integer(_row, typeof(byte)));

    public override short GetInt16(int ordinal) => checked((short)Present(ordinal).Integer(_row, typeof(short)));

    public override int GetInt32(int ordinal) => checked((int)Present(ordinal).Integer(_row, typeof(int)));

    public override long GetInt64(int ordinal) => Present(ordinal).Integer(_row, typeof(long));

    public override float GetFloat(int ordinal) => (float)Present(ordinal).Double(_row, typeof(float));

    public override double GetDouble(int ordinal) => Present(ordinal).Double(_row, typeof(double));

    public override decimal GetDecimal(int ordinal) => Present(ordinal).Decimal(_row);

    public override DateTime GetDateTime(int ordinal) => Present(ordinal).DateTime(_row);

    public override Guid GetGuid(int ordinal) => Present(ordinal).Guid(_row);

    public override string GetString(int ordinal) => Present(ordinal).Text(_row);

    public override char GetChar(int ordinal) => GetString(ordinal) is { Length: 1 } text ? text[0] : throw ClientErrors.NoCast(GetName(ordinal), GetDataTypeName(ordinal), typeof(char));

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        ReadOnlySpan<byte> bytes = Present(ordinal).Bytes(_row);
        if (buffer == null)
        {
            return bytes.Length;
        }

        int count = (int)Math.Clamp(bytes.Length - dataOffset, 0, length);
        bytes.Slice((int)Math.Min(dataOffset, bytes.Length), count).CopyTo(buffer.AsSpan(bufferOffset));
        return count;
    }

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length)
    {
        string text = GetString(ordinal);
        if (buffer == null)
        {
            return text.Length;
        }

        int count = (int)Math.Clamp(text.Length - dataOffset, 0, length);
        text.CopyTo((int)Math.Min(dataOffset, text.Length), buffer, bufferOffset, count);
        return count;
    }

    public override object GetValue(int ordinal) => Cursor(ordinal) is var cursor && cursor.IsNull(_row) ? DBNull.Value : cursor.Value(_row);

    public override int GetValues(object[] values)
    {
        int count = Math.Min(values.Length, _columns.Length);
        for (int i = 0; i < count; i++)
        {
            values[i] = GetValue(i);
        }

        return count;
    }

    /// <summary>As any type that the column can be read as: docs/client.md lists them.</summary>
    /// <exception cref="InvalidCastException">It cannot, or the value is null and the type is not nullable.</exception>
    public override T GetFieldValue<T>(int ordinal)
    {
        Type type = typeof(T);
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            if (IsDBNull(ordinal))
            {
                return default!;
            }

            type = underlying;
        }

        if (type == typeof(object) || type == typeof(DBNull))
        {
            return (T)GetValue(ordinal);
        }

        // Those that are read most: of a type that is known, nothing is boxed.
        if (type == typeof(int) && Column(ordinal).Field.Type.Id != ArrowTypeId.Date32) { return (T)(object)GetInt32(ordinal); }
        if (type == typeof(long) && Column(ordinal).Field.Type.Id != ArrowTypeId.Timestamp) { return (T)(object)GetInt64(ordinal); }
        if (type == typeof(double)) { return (T)(object)GetDouble(ordinal); }
        if (type == typeof(decimal)) { return (T)(object)GetDecimal(ordinal); }
        if (type == typeof(bool)) { return (T)(object)GetBoolean(ordinal); }
        if (type == typeof(string)) { return (T)(object)GetString(ordinal); }
        if (type == typeof(DateTime)) { return (T)(object)GetDateTime(ordinal); }
        if (type == typeof(Guid)) { return (T)(object)GetGuid(ordinal); }
        return (T)TypedValues.Of(Present(ordinal), _row, type);
    }

    public override Type GetFieldType(int ordinal) => Column(ordinal).Type;

    public override string GetDataTypeName(int ordinal) => Column(ordinal).SqlName;

    public override string GetName(int ordinal) => Column(ordinal).Field.Name;

    /// <exception cref="IndexOutOfRangeException">There is no such column.</exception>
    public override int GetOrdinal(string name)
    {
        int index = Array.FindIndex(_columns, column => column.Field.Name == name);
        index = index >= 0 ? index : Array.FindIndex(_columns, column => column.Field.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index : throw new IndexOutOfRangeException($"the result has no column \"{name}\"");
    }

    public override IEnumerator GetEnumerator() => new DbEnumerator(this);

    public ReadOnlyCollection<DbColumn> GetColumnSchema() => new([.. _columns.Select(static (column, ordinal) => new ResultColumn(column, ordinal))]);

    public override DataTable? GetSchemaTable() => _columns.Length == 0 ? null : ResultColumn.Table(GetColumnSchema());

    public override void Close() => Waiting.For(CloseAsync);

    public override async Task CloseAsync()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        CloseResult();
        _account.Dispose();
        _execution.Dispose();
        _onClosed();
        _connection.Detach(this);
        if (_behavior.HasFlag(CommandBehavior.CloseConnection))
        {
            await _connection.CloseAsync().ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }
    }

    /// <summary>Goes to the next statement with rows, and waits for the first of them.</summary>
    internal async Task<bool> StartAsync(CancellationToken cancellation)
    {
        _columns = [];
        _stream = await _execution.NextAsync(_account, cancellation).ConfigureAwait(false);
        if (_stream == null)
        {
            _hasRows = false;
            return false;
        }

        _columns = [.. _stream.Schema.Fields.Select(ColumnType.Of)];
        _hasRows = await NextBatchAsync(cancellation).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> ReadNextBatchAsync(CancellationToken cancellation) =>
        !(_behavior.HasFlag(CommandBehavior.SingleRow) && _row >= 0) && await NextBatchAsync(cancellation).ConfigureAwait(false) && Advance();

    private bool Advance()
    {
        if (_behavior.HasFlag(CommandBehavior.SingleRow) && _next > 0)
        {
            return false;
        }

        _row = _batch!.Selection is { } selection ? selection.Rows[_next] : _next;
        _next++;
        return true;
    }

    private async Task<bool> NextBatchAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        ReleaseBatch();
        while (_stream is { } stream)
        {
            Batch? batch = await _execution.GuardAsync(token => stream.ReadAsync(token).AsTask(), cancellation).ConfigureAwait(false);
            if (batch == null)
            {
                stream.Dispose();
                _stream = null;
            }
            else if (batch.RowCount == 0)
            {
                batch.Release();
            }
            else
            {
                _batch = batch;
                _cursors = [.. batch.Columns.Select((column, i) => new ColumnCursor(column, _columns[i]))];
                return true;
            }
        }

        return false;
    }

    private void ReleaseBatch()
    {
        _batch?.Release();
        _batch = null;
        _cursors = [];
        (_next, _row) = (0, -1);
    }

    private void CloseResult()
    {
        ReleaseBatch();
        _stream?.Dispose();
        _stream = null;
    }

    private ColumnType Column(int ordinal) => (uint)ordinal < (uint)_columns.Length ? _columns[ordinal] : throw new IndexOutOfRangeException($"the result has {_columns.Length} columns");

    private ColumnCursor Cursor(int ordinal)
    {
        if (_row < 0)
        {
            throw new InvalidOperationException("there is no current row: call Read first");
        }

        return (uint)ordinal < (uint)_cursors.Length ? _cursors[ordinal] : throw new IndexOutOfRangeException($"the result has {_columns.Length} columns");
    }

    private ColumnCursor Present(int ordinal) => Cursor(ordinal) is var cursor && cursor.IsNull(_row) ? throw ClientErrors.IsNull(GetName(ordinal)) : cursor;
}
