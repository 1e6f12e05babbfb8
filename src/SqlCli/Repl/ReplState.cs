using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Repl;

/// <summary>How a conversation shows its results; backslash commands change it.</summary>
internal sealed class ReplState(ISqlConnection connection, Terminal terminal, ProgressBar progress, StatementRunner runner) : IDisposable
{
    private ResultOutput? _file;

    public ISqlConnection Connection => connection;

    public SessionNames Names { get; } = new(connection);

    public Terminal Terminal => terminal;

    public ResultFormatKind Format { get; set; } = ResultFormatKind.Table;

    /// <summary>Whether tables that are too wide are cut, or shown record by record.</summary>
    public bool IsFitting { get; set; } = true;

    public bool Timing
    {
        get => runner.Timing != null;
        set => runner.Timing = value ? Console.Out : null;
    }

    /// <summary>File that results go to, or null for the terminal.</summary>
    public string? OutputPath => _file?.Path;

    /// <summary>Runs statements and shows their results.</summary>
    public async Task<bool> RunAsync(string text, string? fileName = null)
    {
        using IDisposable mode = terminal.AllowInterrupts();
        if (_file != null)
        {
            return await runner.RunAsync(text, fileName, ResultFormats.Create(Format, _file)).ConfigureAwait(false);
        }

        if (Format is ResultFormatKind.Parquet or ResultFormatKind.Arrow)
        {
            throw new UsageException($"format {Format.ToString().ToLowerInvariant()} needs a file: \\o FILE");
        }

        using var output = new ResultOutput(new Pager(terminal, progress));
        return await runner.RunAsync(text, fileName, ResultFormats.Create(Format, output, IsFitting ? terminal.Width : null)).ConfigureAwait(false);
    }

    /// <summary>Sends results to a file from now on, or to the terminal; the file before appears under its name.</summary>
    /// <exception cref="Parser.Errors.QueryException">A file cannot be written.</exception>
    public void SetOutput(string? path)
    {
        ResultOutput? before = _file;
        _file = null;
        using (before)
        {
            before?.Complete();
        }

        _file = path == null ? null : new ResultOutput(path, progress);
    }

    public void Dispose() => SetOutput(null);
}
