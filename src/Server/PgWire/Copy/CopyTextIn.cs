using System.Text;
using System.Text.Unicode;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>What takes COPY's bytes as they come.</summary>
internal interface ICopyInput : IDisposable
{
    /// <summary>Takes bytes of a CopyData message, which may begin and end anywhere.</summary>
    void Add(ReadOnlySpan<byte> bytes);

    /// <summary>All bytes have come.</summary>
    void Complete();
}

/// <summary>COPY ... FROM STDIN in the formats text and csv.</summary>
internal sealed class CopyTextIn : ICopyInput
{
    private readonly CopyTarget _target;
    private readonly CopyOptions _options;
    private readonly CopyLines _lines;
    private readonly CopyFields _fields;
    private readonly (bool Unquoted, bool Quoted)[] _nulls;
    private long _line;

    public CopyTextIn(CopyTarget target, CopyOptions options)
    {
        _target = target;
        _options = options;
        _lines = new CopyLines(options);
        _fields = new CopyFields(options);
        _nulls = [.. Enumerable.Range(0, target.Ordinals.Length).Select(index =>
            (!CopyOptions.Has(options.ForceNotNull, target.Column(index).Name), CopyOptions.Has(options.ForceNull, target.Column(index).Name)))];
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        _lines.Add(bytes);
        ReadLines();
    }

    public void Complete()
    {
        _lines.Complete();
        ReadLines();
    }

    public void Dispose() => _lines.Dispose();

    /// <summary>A value of a line as an error shows it; null for a line that does not have so many.</summary>
    public static string? Value(string line, int index, CopyOptions options)
    {
        var fields = new CopyFields(options);
        fields.Read(Encoding.UTF8.GetBytes(line));
        return (uint)index < (uint)fields.Count ? Encoding.UTF8.GetString(fields[index]) : null;
    }

    private void ReadLines()
    {
        try
        {
            while (_lines.TryRead(out ReadOnlySpan<byte> line))
            {
                _line++;
                if (_line == 1 && _options.FindsHeader && IsHeader(line))
                {
                    continue;
                }

                if (_line > 1 || _options.Header == CopyHeader.None)
                {
                    ReadLine(line);
                }
                else if (_options.Header == CopyHeader.Matched)
                {
                    MatchHeader(line);
                }
            }
        }
        catch (QueryException error) when (error.Context == null)
        {
            _target.Check(exceptLast: false);
            throw CopyErrors.At(error, _target.Place(_line + 1, !_lines.IsUnterminated ? null : Encoding.UTF8.GetString(_lines.Rest)));
        }
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        int column = -1;
        try
        {
            CheckText(line);
            bool hasEscapes = !_options.IsCsv && line.Contains((byte)'\\');
            _fields.Read(line);
            if (_fields.Count > _target.Ordinals.Length)
            {
                throw CopyErrors.BadFile("extra data after last expected column");
            }

            for (int i = 0; i < _target.Ordinals.Length; i++)
            {
                column = i;
                if (i >= _fields.Count)
                {
                    throw CopyErrors.BadFile($"missing data for column \"{_target.Column(i).Name}\"");
                }

                if (_fields.IsNull(i, _nulls[i].Unquoted, _nulls[i].Quoted))
                {
                    _target.SetNull(i);
                    continue;
                }

                if (hasEscapes)
                {
                    CheckText(_fields[i]);
                }

                SetText(i);
            }
        }
        catch (QueryException error)
        {
            CheckEarlier(line, column);
            throw error.Context != null ? error : CopyErrors.At(error, _target.Place(_line, error.SqlState == "22021" && !Utf8.IsValid(line) ? null : Encoding.UTF8.GetString(line)));
        }

        _target.EndRow(_line, Encoding.UTF8.GetString(line));
    }

    /// <summary>Throws what is wrong in front of an error: values are looked at when many rows are there, and the first wrong one counts.</summary>
    /// <param name="line">The line of the error.</param>
    /// <param name="column">Its column; -1: the error is that of the whole line.</param>
    private void CheckEarlier(ReadOnlySpan<byte> line, int column)
    {
        for (int i = column; i >= 0 && i < _target.Ordinals.Length; i++)
        {
            _target.SetNull(i);
        }

        if (column >= 0)
        {
            _target.EndRow(_line, Encoding.UTF8.GetString(line));
        }

        _target.Check(exceptLast: column >= 0);
    }

    private void SetText(int index)
    {
        try
        {
            _target.SetText(index, _fields[index]);
        }
        catch (QueryException error)
        {
            throw CopyErrors.At(error, _target.Place(_line, _target.Column(index).Name, Encoding.UTF8.GetString(_fields[index])));
        }
    }

    private bool IsHeader(ReadOnlySpan<byte> line)
    {
        _fields.Read(line);
        for (int i = 0; i < _fields.Count; i++)
        {
            if (i >= _target.Ordinals.Length || Encoding.UTF8.GetString(_fields[i]) != _target.Column(i).Name)
            {
                return false;
            }
        }

        return _fields.Count == _target.Ordinals.Length;
    }

    private void MatchHeader(ReadOnlySpan<byte> line)
    {
        _fields.Read(line);
        QueryException? error = _fields.Count == _target.Ordinals.Length
            ? null
            : CopyErrors.BadFile($"wrong number of fields in header line: got {_fields.Count}, expected {_target.Ordinals.Length}");
        for (int i = 0; error == null && i < _fields.Count; i++)
        {
            string name = Encoding.UTF8.GetString(_fields[i]);
            if (_fields.IsNull(i, true, false))
            {
                error = CopyErrors.BadFile($"column name mismatch in header line field {i + 1}: got null value (\"{_options.Null}\"), expected \"{_target.Column(i).Name}\"");
            }
            else if (name != _target.Column(i).Name)
            {
                error = CopyErrors.BadFile($"column name mismatch in header line field {i + 1}: got \"{name}\", expected \"{_target.Column(i).Name}\"");
            }
        }

        if (error != null)
        {
            throw CopyErrors.At(error, _target.Place(_line, Encoding.UTF8.GetString(line)));
        }
    }

    private static void CheckText(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0))
        {
            throw CopyErrors.ZeroByte();
        }

        if (!Utf8.IsValid(text))
        {
            throw CopyErrors.BadUtf8(text);
        }
    }
}
