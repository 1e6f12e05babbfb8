using System.Diagnostics;
using SqlCluster.Parser.Errors;
using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Repl;

/// <summary>The commands of a conversation that are no SQL.</summary>
internal sealed class BackslashCommands(ReplState state)
{
    private const string Help =
        """
        \d [NAME]         tables and views, or the columns of one
        \dt  \dv          tables; views
        \dn               schemas
        \df [PATTERN]     functions; * and ? stand for any letters
        \l                databases
        \x [on|off|auto]  a line for each value; auto (the start) cuts wide tables to the terminal's width
        \format [FORMAT]  table, csv, json, jsonl, markdown, expanded, parquet, arrow
        \o [FILE]         results go to a file, which appears with the next \o or at the end
        \i FILE           runs a file of SQL
        \e [FILE]         opens $VISUAL or $EDITOR and runs what was written
        \timing [on|off]  shows how long statements take
        \set [NAME VALUE] session settings
        \explain SQL      how a query is run
        \h [WORD]         statements; functions and settings with a word
        \q                leaves

        Keys: Tab completes, Ctrl-R searches the history, Alt-Enter starts a line, Ctrl-C cancels. Statements end with ; and Enter.
        """;

    private const string Statements =
        """
        SELECT ... FROM table, 'file.parquet', 'folder/*.parquet' ...      WITH ... SELECT ...      VALUES ...
        EXPLAIN [(ANALYZE | AST | ANALYZED | OPTIMIZED | PHYSICAL | STAGES | TRACE)] query      DESCRIBE table      SUMMARIZE table
        CREATE EXTERNAL TABLE ...      CREATE [TEMP] TABLE name [AS query]      CREATE VIEW name AS query      DROP ...
        INSERT INTO ...      UPDATE ...      DELETE FROM ...      COPY (query) TO 'file.parquet'
        SHOW TABLES      SHOW ALL      SET name = value      RESET name
        \h WORD looks for functions and settings.
        """;

    /// <summary>All commands, for completion.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["\\?", "\\d", "\\df", "\\dn", "\\dt", "\\dv", "\\e", "\\explain", "\\format", "\\h", "\\i", "\\l", "\\o", "\\q", "\\set", "\\timing", "\\x"];

    /// <summary>Runs a command.</summary>
    /// <returns>False when it was the one to leave.</returns>
    /// <exception cref="UsageException">There is no such command, or its argument is wrong.</exception>
    public async Task<bool> RunAsync(string text)
    {
        int space = text.IndexOfAny([' ', '\t', '\n']);
        string command = space < 0 ? text : text[..space], argument = space < 0 ? "" : text[space..].Trim();
        argument = command is "\\explain" ? argument : argument.TrimEnd(';');
        switch (command)
        {
            case "\\q":
                return false;
            case "\\?":
                Console.Out.WriteLine(Help);
                break;
            case "\\h":
                await ShowHelpAsync(argument).ConfigureAwait(false);
                break;
            case "\\d" when argument.Length > 0:
                await new TableDescription(state).ShowAsync(argument).ConfigureAwait(false);
                break;
            case "\\d":
                await ListAsync(static _ => true).ConfigureAwait(false);
                break;
            case "\\dt":
                await ListAsync(relation => relation.Kind != "view" && NamePattern.Matches(argument, relation.Name)).ConfigureAwait(false);
                break;
            case "\\dv":
                await ListAsync(relation => relation.Kind == "view" && NamePattern.Matches(argument, relation.Name)).ConfigureAwait(false);
                break;
            case "\\dn":
                await state.RunAsync("SHOW SCHEMAS").ConfigureAwait(false);
                break;
            case "\\l":
                await state.RunAsync("SHOW DATABASES").ConfigureAwait(false);
                break;
            case "\\df":
                await ShowFunctionsAsync(name => NamePattern.Matches(argument, name)).ConfigureAwait(false);
                break;
            case "\\x":
                SetExpanded(argument);
                break;
            case "\\format":
                state.Format = argument.Length > 0 ? ResultFormats.Parse(argument) : state.Format;
                Console.Out.WriteLine($"Format is {state.Format.ToString().ToLowerInvariant()}.");
                break;
            case "\\timing":
                state.Timing = Switch(argument, state.Timing);
                Console.Out.WriteLine($"Timing is {(state.Timing ? "on" : "off")}.");
                break;
            case "\\o":
                state.SetOutput(argument.Length == 0 ? null : PathCompletion.Home(Unquote(argument)));
                break;
            case "\\i":
                string path = PathCompletion.Home(Unquote(argument));
                await state.RunAsync(await ScriptCommand.ReadAsync(path).ConfigureAwait(false), path).ConfigureAwait(false);
                break;
            case "\\e":
                await EditAsync(argument).ConfigureAwait(false);
                break;
            case "\\set":
                await SetAsync(argument).ConfigureAwait(false);
                break;
            case "\\explain":
                await state.RunAsync($"EXPLAIN {argument}").ConfigureAwait(false);
                break;
            default:
                throw new UsageException($"unknown command: {command} (\\? lists the commands)");
        }

        return true;
    }

    private async Task ListAsync(Func<RelationName, bool> isWanted)
    {
        RelationName[] relations = [.. (await state.Names.RelationsAsync().ConfigureAwait(false)).Where(isWanted)];
        if (relations.Length == 0)
        {
            Console.Out.WriteLine("There are none.");
            return;
        }

        Listing.Write(Console.Out, ["schema", "name", "type", "columns", "rows"], relations.Select(static relation => new[] { relation.Schema, relation.Name, relation.Kind, relation.Columns, relation.Rows }));
    }

    private async Task ShowFunctionsAsync(Func<string, bool> isWanted)
    {
        FunctionName[] found = [.. (await state.Names.FunctionsAsync().ConfigureAwait(false)).Where(function => isWanted(function.Name))];
        if (found.Length == 0)
        {
            Console.Out.WriteLine("There are none.");
            return;
        }

        Listing.Write(Console.Out, ["signature", "kind", "description"], found.Select(static function => new[] { function.Signature, function.Kind, function.Description }), state.Terminal.Width);
    }

    private async Task ShowHelpAsync(string word)
    {
        if (word.Length == 0)
        {
            Console.Out.WriteLine(Statements);
            return;
        }

        await ShowFunctionsAsync(name => name.Contains(word, StringComparison.OrdinalIgnoreCase)).ConfigureAwait(false);
        foreach (SettingName setting in (await state.Names.SettingsAsync().ConfigureAwait(false)).Where(setting => setting.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            await Console.Out.WriteLineAsync($"setting {setting.Name} = {setting.Value}: {setting.Description}").ConfigureAwait(false);
        }
    }

    private void SetExpanded(string argument)
    {
        bool isAuto = argument.Equals("auto", StringComparison.OrdinalIgnoreCase), isExpanded = !isAuto && Switch(argument, state.Format == ResultFormatKind.Expanded);
        state.Format = isExpanded ? ResultFormatKind.Expanded : ResultFormatKind.Table;
        state.IsFitting = isAuto || (argument.Length == 0 && !isExpanded);
        Console.Out.WriteLine(isAuto ? "Wide tables are cut to fit." : $"Expanded display is {(isExpanded ? "on" : "off")}.");
    }

    private async Task SetAsync(string argument)
    {
        string[] parts = argument.Split([' ', '='], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 2)
        {
            await state.Connection.SetAsync(parts[0], Unquote(parts[1].TrimStart('=', ' '))).ConfigureAwait(false);
            return;
        }

        await state.RunAsync(parts.Length == 0 ? "SHOW ALL" : $"SHOW {parts[0]}").ConfigureAwait(false);
    }

    private async Task EditAsync(string argument)
    {
        string? editor = Environment.GetEnvironmentVariable("VISUAL") is { Length: > 0 } visual ? visual : Environment.GetEnvironmentVariable("EDITOR");
        if (string.IsNullOrEmpty(editor))
        {
            throw new UsageException("no editor: set the environment variable VISUAL or EDITOR");
        }

        string path = argument.Length > 0 ? PathCompletion.Home(Unquote(argument)) : Path.Combine(Path.GetTempPath(), $"sqlcli-{Environment.ProcessId}.sql");
        using (Process process = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", $"{editor} \"$1\"", "sh", path } })
            ?? throw new UsageException($"the editor does not start: {editor}"))
        {
            await process.WaitForExitAsync().ConfigureAwait(false);
        }

        if (File.Exists(path))
        {
            string text = await ScriptCommand.ReadAsync(path).ConfigureAwait(false);
            Console.Out.WriteLine(text.TrimEnd());
            await state.RunAsync(text, path).ConfigureAwait(false);
        }
    }

    private static bool Switch(string argument, bool now) => argument.ToLowerInvariant() switch
    {
        "" => !now,
        "on" => true,
        "off" => false,
        _ => throw new UsageException($"on or off: {argument}"),
    };

    private static string Unquote(string text) => text.Length > 1 && text[0] == '\'' && text[^1] == '\'' ? text[1..^1] : text;
}
