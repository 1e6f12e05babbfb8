using System.Text;
using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Repl;

/// <summary>A stream to the terminal that waits for a key whenever a screen is full. The user can end it, which ends the statement.</summary>
/// <exception cref="OutputEndedException">From writing: the user has ended it. What is written later is thrown away.</exception>
internal sealed class Pager(Terminal terminal, ProgressBar progress) : Stream
{
    private const string Question = "-- more: space, Enter for a line, a for all, q to end --";
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly int _width = terminal.Width;
    private readonly MemoryStream _line = new();
    private int _linesLeft = terminal.Height - 1;
    private bool _isEnded;
    private bool _isAll;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && !_isEnded)
        {
            progress.Stop();
            int end = buffer.IndexOf((byte)'\n') + 1;
            _line.Write(end == 0 ? buffer : buffer[..end]);
            if (end == 0)
            {
                return;
            }

            WriteLine();
            buffer = buffer[end..];
        }
    }

    public override void Flush() => _output.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!_isEnded)
            {
                _line.WriteTo(_output);
            }

            _line.SetLength(0);
            _output.Dispose();
        }

        base.Dispose(disposing);
    }

    private void WriteLine()
    {
        int width = TextWidth.Of(Encoding.UTF8.GetString(_line.GetBuffer().AsSpan(0, (int)_line.Length - 1)));
        int rows = Math.Max(1, (width + _width - 1) / _width);
        if (!_isAll && rows > _linesLeft)
        {
            Ask();
        }

        if (!_isEnded)
        {
            _line.WriteTo(_output);
        }

        _linesLeft -= rows;
        _line.SetLength(0);
    }

    private void Ask()
    {
        _output.Flush();
        terminal.Write($"\x1b[7m{Question}\x1b[0m");
        ConsoleKeyInfo key;
        using (terminal.ReadKeys())
        {
            do
            {
                key = terminal.ReadKey();
            }
            while (!Take(key));
        }

        terminal.Write("\r\x1b[K");
        if (_isEnded)
        {
            throw new OutputEndedException();
        }
    }

    private bool Take(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Spacebar or ConsoleKey.PageDown or ConsoleKey.F:
                _linesLeft = terminal.Height - 1;
                return true;
            case ConsoleKey.Enter or ConsoleKey.DownArrow or ConsoleKey.J:
                _linesLeft = 1;
                return true;
            case ConsoleKey.A or ConsoleKey.G:
                _isAll = true;
                return true;
            case ConsoleKey.Q or ConsoleKey.Escape:
            case ConsoleKey.C when key.Modifiers.HasFlag(ConsoleModifiers.Control):
                _isEnded = true;
                return true;
            default:
                return false;
        }
    }
}
