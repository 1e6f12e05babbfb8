using System.Buffers;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>Cuts COPY's text into lines, however the client cuts it into messages.</summary>
/// <remarks>
/// The first line end decides which one ends lines (\n, \r\n or \r); another one outside of quotes is an error, as PostgreSQL has it. A line \. ends the data.
/// </remarks>
internal sealed class CopyLines(CopyOptions options) : IDisposable
{
    private const int MaxLineBytes = 256 << 20;

    private byte[] _buffer = [];
    private int _start;
    private int _scanned;
    private int _end;
    private bool _isQuoted;
    private bool _isEscaped;
    private LineEnd _lineEnd;
    private bool _isComplete;

    private enum LineEnd
    {
        Unknown,
        Newline,
        Return,
        Both,
    }

    /// <summary>Whether \. has come: what follows is not read.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>What has come and is no line yet.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Whether the data has ended within quotes.</summary>
    public bool IsUnterminated => _isComplete && _isQuoted;

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (HasEnded)
        {
            return;
        }

        int kept = _end - _start;
        if (_end + bytes.Length > _buffer.Length)
        {
            if (kept + (long)bytes.Length > MaxLineBytes + (long)MessageStream.MaxLargeBytes)
            {
                throw CopyErrors.LineTooLong();
            }

            byte[] larger = kept + bytes.Length > _buffer.Length ? ArrayPool<byte>.Shared.Rent(Math.Max(kept + bytes.Length, 2 * _buffer.Length)) : _buffer;
            _buffer.AsSpan(_start, kept).CopyTo(larger);
            if (larger != _buffer)
            {
                Return();
                _buffer = larger;
            }

            _scanned -= _start;
            (_start, _end) = (0, kept);
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Says that no more bytes come: what is left is the last line.</summary>
    public void Complete() => _isComplete = true;

    /// <summary>The next line without its end, valid until bytes are added.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (HasEnded)
        {
            return false;
        }

        bool isCsv = options.IsCsv;

        // Where quote and escape are one character, two of them in a row leave the state as it was.
        byte quote = (byte)options.Quote, escape = options.Escape == options.Quote ? (byte)0 : (byte)options.Escape;
        while (_scanned < _end)
        {
            byte unit = _buffer[_scanned];
            if (isCsv)
            {
                if (_isQuoted && unit == escape && escape != 0)
                {
                    _isEscaped = !_isEscaped;
                }

                if (unit == quote && !_isEscaped)
                {
                    _isQuoted = !_isQuoted;
                }

                if (unit != escape)
                {
                    _isEscaped = false;
                }
            }

            if (unit == '\\' && (!isCsv || _scanned == _start))
            {
                if (_scanned + 1 == _end && !_isComplete)
                {
                    return false;
                }

                if (_scanned + 1 < _end && _buffer[_scanned + 1] == '.' && _scanned == _start)
                {
                    // \. and the end of the line or of the data.
                    if (_scanned + 2 == _end && !_isComplete)
                    {
                        return false;
                    }

                    if (_scanned + 2 == _end || _buffer[_scanned + 2] is (byte)'\n' or (byte)'\r')
                    {
                        HasEnded = true;
                        return false;
                    }

                    if (!isCsv)
                    {
                        throw CopyErrors.BadFile("end-of-copy marker corrupt");
                    }
                }

                _scanned += isCsv ? 1 : Math.Min(2, _end - _scanned);
                continue;
            }

            if (unit == '\n' && !_isQuoted)
            {
                if (_lineEnd is LineEnd.Return or LineEnd.Both)
                {
                    throw CopyErrors.LineBreak("newline", isCsv);
                }

                _lineEnd = LineEnd.Newline;
                line = Take(1);
                return true;
            }

            if (unit == '\r' && !_isQuoted)
            {
                if (_lineEnd == LineEnd.Newline)
                {
                    throw CopyErrors.LineBreak("carriage return", isCsv);
                }

                if (_scanned + 1 == _end && !_isComplete && _lineEnd != LineEnd.Return)
                {
                    return false;
                }

                bool isBoth = _lineEnd != LineEnd.Return && _scanned + 1 < _end && _buffer[_scanned + 1] == '\n';
                if (!isBoth && _lineEnd == LineEnd.Both)
                {
                    throw CopyErrors.LineBreak("carriage return", isCsv);
                }

                _lineEnd = isBoth ? LineEnd.Both : LineEnd.Return;
                line = Take(isBoth ? 2 : 1);
                return true;
            }

            _scanned++;
        }

        if (!_isComplete || _start == _end)
        {
            return false;
        }

        if (_isQuoted)
        {
            throw CopyErrors.BadFile("unterminated CSV quoted field");
        }

        line = Take(0);
        return true;
    }

    public void Dispose() => Return();

    private ReadOnlySpan<byte> Take(int lineEndBytes)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, _scanned - _start);
        _start = _scanned += lineEndBytes;
        return line;
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
    }
}
