using SqlCluster.SqlCli.Backslash;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Writes results to standard output, or to the file that the command line names, one after the other.</summary>
internal sealed class ScriptDisplay(ISqlConnection connection, ProgressBar progress, StatementRunner runner, ResultOutput output) : Display(connection, progress, runner)
{
    protected override int? Width => null;

    protected override TextWriter TimingOutput => Console.Error;

    public override void Say(string text)
    {
    }

    /// <summary>Everything went well: the files appear under their names.</summary>
    /// <exception cref="Parser.Errors.QueryException">There were no rows for a file that must have some, or it cannot be written.</exception>
    public void Complete()
    {
        SetOutput(null);
        if (FormatOf(Format, output) is ParquetFormat { IsWritten: false } or ArrowFormat { IsWritten: false })
        {
            throw CliErrors.NoRows(output.Path ?? "standard output");
        }

        output.Complete();
    }

    protected override Task<bool> WriteAsync(Func<ResultOutput, Task<bool>> write) => write(output);
}
