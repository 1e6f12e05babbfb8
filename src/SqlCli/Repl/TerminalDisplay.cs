using SqlCluster.SqlCli.Backslash;
using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Repl;

/// <summary>Shows results on a terminal, a screen at a time.</summary>
internal sealed class TerminalDisplay(ISqlConnection connection, Terminal terminal, ProgressBar progress, StatementRunner runner) : Display(connection, progress, runner)
{
    protected override int? Width => terminal.Width;

    protected override TextWriter TimingOutput => Console.Out;

    public override void Say(string text) => Console.Out.WriteLine(text);

    public override async Task<bool> WaitAsync(TimeSpan time)
    {
        using IDisposable mode = terminal.AllowInterrupts();
        return await base.WaitAsync(time).ConfigureAwait(false);
    }

    protected override async Task<bool> WriteAsync(Func<ResultOutput, Task<bool>> write)
    {
        if (Format == ResultFormatKind.Arrow)
        {
            throw new UsageException("format arrow needs a file: \\o FILE");
        }

        using IDisposable mode = terminal.AllowInterrupts();
        using var output = new ResultOutput(new Pager(terminal, Progress));
        return await write(output).ConfigureAwait(false);
    }
}
