using System.Globalization;
using SqlCluster.Parser.Ast;
using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Backslash;

/// <summary>The commands that stand where a statement's semicolon would: <c>\g</c>, <c>\gx</c>, <c>\watch</c>.</summary>
internal sealed class StatementEnd(Display display)
{
    private const double MostSeconds = 1e6;

    /// <summary>Runs the statement before the command as it says.</summary>
    /// <returns>False after an error, which has been shown.</returns>
    /// <exception cref="UsageException">Another command, or a wrong argument.</exception>
    public async Task<bool> RunAsync(string text, TextSpan sql, string command, string? fileName)
    {
        int space = command.IndexOfAny([' ', '\t']);
        string argument = space < 0 ? "" : command[space..].Trim();
        switch (space < 0 ? command : command[..space])
        {
            case "\\g" or "\\gx" when argument.Length > 0:
                throw new UsageException($"{command} takes no argument: \\o FILE sends results to a file");
            case "\\g":
                return await display.RunAsync(text, sql, fileName).ConfigureAwait(false);
            case "\\gx":
                return await display.RunAsync(text, sql, fileName, format: ResultFormatKind.Expanded).ConfigureAwait(false);
            case "\\watch":
                return await WatchAsync(text, sql, Seconds(argument), fileName).ConfigureAwait(false);
            case var other:
                throw new UsageException($"{other} within a statement: a semicolon, \\g, \\gx or \\watch ends it");
        }
    }

    private async Task<bool> WatchAsync(string text, TextSpan sql, TimeSpan pause, string? fileName)
    {
        do
        {
            display.Say(DateTime.Now.ToString("ddd yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + string.Create(CultureInfo.InvariantCulture, $" (every {pause.TotalSeconds} s, Ctrl-C ends)"));
            if (!await display.RunAsync(text, sql, fileName).ConfigureAwait(false))
            {
                return false;
            }
        }
        while (await display.WaitAsync(pause).ConfigureAwait(false));
        return true;
    }

    private static TimeSpan Seconds(string argument) =>
        argument.Length == 0 ? TimeSpan.FromSeconds(2)
        : double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0 and <= MostSeconds ? TimeSpan.FromSeconds(seconds)
        : throw new UsageException($"\\watch takes seconds: {argument}");
}
