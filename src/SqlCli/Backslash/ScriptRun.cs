using SqlCluster.Parser.Errors;
using SqlCluster.SqlCli.Commands;

namespace SqlCluster.SqlCli.Backslash;

/// <summary>How a text ended.</summary>
internal enum ScriptEnd
{
    /// <summary>All of it ran.</summary>
    Done,

    /// <summary>An error ended it, which has been shown.</summary>
    Failed,

    /// <summary>\q ended it.</summary>
    Left,
}

/// <summary>Runs texts of SQL and backslash commands, in their order; an error ends the text.</summary>
internal sealed class ScriptRun(Display display)
{
    /// <param name="text">SQL and commands.</param>
    /// <param name="fileName">File the text is from, for errors, or null.</param>
    public async Task<ScriptEnd> RunAsync(string text, string? fileName)
    {
        var commands = new BackslashCommands(display, this);
        var statements = new StatementEnd(display);
        foreach (ScriptPart part in ScriptParts.Of(text))
        {
            string command = text.Substring(part.Command.Start, part.Command.Length).TrimEnd();
            try
            {
                if (!string.IsNullOrWhiteSpace(text.Substring(part.Sql.Start, part.Sql.Length)) && !await display.RunAsync(text, part.Sql, fileName).ConfigureAwait(false))
                {
                    return ScriptEnd.Failed;
                }

                ScriptEnd end = part.Open.Length > 0 ? await statements.RunAsync(text, part.Open, command, fileName).ConfigureAwait(false) ? ScriptEnd.Done : ScriptEnd.Failed
                    : command.Length > 0 ? await commands.RunAsync(command).ConfigureAwait(false)
                    : ScriptEnd.Done;
                if (end != ScriptEnd.Done)
                {
                    return end;
                }
            }
            catch (QueryException error)
            {
                await Console.Error.WriteAsync(ErrorText.Format(error, null)).ConfigureAwait(false);
                return ScriptEnd.Failed;
            }
            catch (UsageException error)
            {
                string place = fileName == null ? "" : $"{fileName}:{1 + text.AsSpan(0, part.Command.Start).Count('\n')}: ";
                await Console.Error.WriteLineAsync(place + error.Message).ConfigureAwait(false);
                return ScriptEnd.Failed;
            }
        }

        return ScriptEnd.Done;
    }
}
