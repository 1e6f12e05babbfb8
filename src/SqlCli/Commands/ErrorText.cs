using SqlCluster.Parser.Errors;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Shows errors as psql does: severity, SQLSTATE, the line with a mark below it, detail and hint.</summary>
internal static class ErrorText
{
    public static void Write(QueryException error, string? statement)
    {
        Console.Error.WriteLine($"ERROR:  {error.SqlState}: {error.Message}");
        if (statement != null && error.Position > 0 && error.Position <= statement.Length + 1)
        {
            int at = error.Position - 1, start = statement.LastIndexOf('\n', Math.Max(0, Math.Min(at, statement.Length) - 1)) + 1;
            int end = statement.IndexOf('\n', Math.Min(at, statement.Length));
            int number = statement.AsSpan(0, start).Count('\n') + 1;
            string prefix = $"LINE {number}: ";
            Console.Error.WriteLine(prefix + statement[start..(end < 0 ? statement.Length : end)]);
            Console.Error.WriteLine(new string(' ', prefix.Length + Math.Max(0, at - start)) + "^");
        }

        if (error.Detail != null)
        {
            Console.Error.WriteLine($"DETAIL:  {error.Detail}");
        }

        if (error.Hint != null)
        {
            Console.Error.WriteLine($"HINT:  {error.Hint}");
        }
    }
}
