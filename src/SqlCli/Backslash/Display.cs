using SqlCluster.Parser.Ast;
using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Backslash;

/// <summary>Where results go and what they look like; backslash commands change it.</summary>
internal abstract class Display(ISqlConnection connection, ProgressBar progress, StatementRunner runner) : IDisposable
{
    private ResultOutput? _file;
    private (ResultOutput Output, ResultFormatKind Kind, IResultFormat Format)? _last;

    public ISqlConnection Connection => connection;

    public SessionNames Names { get; } = new(connection);

    public ResultFormatKind Format { get; set; } = ResultFormatKind.Table;

    /// <summary>Whether tables that are too wide for a terminal are cut, or shown record by record.</summary>
    public bool IsFitting { get; set; } = true;

    public bool Timing
    {
        get => runner.Timing != null;
        set => runner.Timing = value ? TimingOutput : null;
    }

    /// <summary>Columns that a line may take, or null for as many as it needs.</summary>
    protected abstract int? Width { get; }

    /// <summary>Where times are shown.</summary>
    protected abstract TextWriter TimingOutput { get; }

    private protected ProgressBar Progress => progress;

    /// <summary>Tells a person that something was switched; scripts are not told.</summary>
    public abstract void Say(string text);

    /// <summary>Runs statements and shows their results.</summary>
    /// <param name="text">SQL, any number of statements.</param>
    /// <param name="part">The part of it to run.</param>
    /// <param name="fileName">File the text is from, for errors, or null.</param>
    /// <param name="isOneTransaction">Whether the statements take effect together or not at all.</param>
    /// <param name="format">Another format than the one that is set, or null.</param>
    /// <returns>False after an error, which has been shown.</returns>
    /// <exception cref="UsageException">The format needs a file.</exception>
    public Task<bool> RunAsync(string text, TextSpan part, string? fileName = null, bool isOneTransaction = false, ResultFormatKind? format = null) =>
        WithOutputAsync(output => runner.RunAsync(text, part, fileName, FormatOf(format ?? Format, output), isOneTransaction));

    /// <summary>Runs statements of a text that no file holds.</summary>
    public Task<bool> RunAsync(string text) => RunAsync(text, new TextSpan(0, text.Length));

    /// <summary>Shows a list as the rows of a statement are shown.</summary>
    /// <param name="names">Columns.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="title">A line above it, and</param>
    /// <param name="footer">lines below, where the format is made for reading.</param>
    public Task ShowAsync(IReadOnlyList<string> names, IEnumerable<string?[]> rows, string? title = null, string? footer = null) => WithOutputAsync(async output =>
    {
        bool isForReading = Format is ResultFormatKind.Table or ResultFormatKind.Expanded;
        if (isForReading && title != null)
        {
            await output.Writer.WriteLineAsync(title).ConfigureAwait(false);
        }

        await using (Answer.Rows listing = Listing.Of(names, [.. rows]))
        {
            await FormatOf(Format, output).WriteAsync(listing, CancellationToken.None).ConfigureAwait(false);
        }

        if (isForReading && footer != null)
        {
            await output.Writer.WriteLineAsync(footer).ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
        }

        return true;
    });

    /// <summary>Writes a line among the results.</summary>
    public Task WriteLineAsync(string text) => WithOutputAsync(async output =>
    {
        await output.Writer.WriteLineAsync(text).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
        return true;
    });

    /// <summary>Sends results to a file from now on, or to where they went at first; the file before appears under its name.</summary>
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

    /// <summary>Waits between two runs of a watched statement.</summary>
    /// <returns>False when the user has had enough.</returns>
    public virtual Task<bool> WaitAsync(TimeSpan time) => runner.WaitAsync(time);

    public virtual void Dispose() => SetOutput(null);

    /// <summary>Lets something write to where results go when they go to no file.</summary>
    protected abstract Task<bool> WriteAsync(Func<ResultOutput, Task<bool>> write);

    private Task<bool> WithOutputAsync(Func<ResultOutput, Task<bool>> write) => _file != null ? write(_file) : WriteAsync(write);

    /// <summary>The writer of a format; the same one while output and format stay, as some files take the rows of one statement only.</summary>
    private protected IResultFormat FormatOf(ResultFormatKind kind, ResultOutput output)
    {
        if (_last is not { } last || last.Output != output || last.Kind != kind)
        {
            if (output.Path == null && kind == ResultFormatKind.Parquet)
            {
                throw new UsageException($"format {kind.ToString().ToLowerInvariant()} needs a file: \\o FILE");
            }

            last = (output, kind, ResultFormats.Create(kind, output, output == _file || !IsFitting ? null : Width));
            _last = last;
        }

        return last.Format;
    }
}
