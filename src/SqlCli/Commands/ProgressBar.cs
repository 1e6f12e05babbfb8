using System.Diagnostics;
using System.Globalization;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Shows how far a statement is once it takes more than a second, until its first rows are shown or it ends. Thread-safe.</summary>
internal sealed class ProgressBar : IDisposable
{
    private const int Cells = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly ISqlConnection _connection;
    private readonly TextWriter _terminal;
    private readonly Timer? _timer;
    private long _start;
    private bool _isRunning;
    private bool _isShown;

    /// <param name="connection">Whose statements are watched.</param>
    /// <param name="terminal">Where the bar is drawn.</param>
    /// <param name="isEnabled">False: there is no terminal.</param>
    public ProgressBar(ISqlConnection connection, TextWriter terminal, bool isEnabled)
    {
        _connection = connection;
        _terminal = terminal;
        _timer = isEnabled ? new Timer(_ => Draw()) : null;
    }

    /// <summary>A statement begins.</summary>
    public void Start()
    {
        if (_timer == null)
        {
            return;
        }

        lock (_lock)
        {
            _isRunning = true;
            _start = Stopwatch.GetTimestamp();
            _connection.ResetProgress();
            _timer.Change(Patience, Interval);
        }
    }

    /// <summary>Takes the bar away: something else is about to be written, or the statement has ended.</summary>
    public void Stop()
    {
        if (_timer == null)
        {
            return;
        }

        lock (_lock)
        {
            if (_isRunning)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            if (_isShown)
            {
                _terminal.Write("\r\x1b[K");
                _terminal.Flush();
            }

            _isRunning = _isShown = false;
        }
    }

    public void Dispose()
    {
        Stop();
        _timer?.Dispose();
    }

    /// <summary>The bar's text: the share that is done, the time, and what was read.</summary>
    internal static string Text(double share, TimeSpan elapsed, long bytesRead)
    {
        int full = (int)(share * Cells);
        string read = bytesRead == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"  {bytesRead / 1e6:0.0} MB read");
        return string.Create(CultureInfo.InvariantCulture, $"[{new string('#', full)}{new string('.', Cells - full)}] {share * 100,3:0}%  {elapsed.TotalSeconds:0.0} s{read}");
    }

    private void Draw()
    {
        lock (_lock)
        {
            if (!_isRunning)
            {
                return;
            }

            StatementProgress progress = _connection.Progress();
            string text = Text(progress.Share, Stopwatch.GetElapsedTime(_start), progress.BytesRead);
            _terminal.Write($"\r{text}\x1b[K");
            _terminal.Flush();
            _isShown = true;
        }
    }
}
