using System.IO.Enumeration;

namespace SqlCluster.SqlCli.Backslash;

/// <summary>Patterns of the \d commands: * and ? stand for any letters; without them, a name's start is enough.</summary>
internal static class NamePattern
{
    public static bool Matches(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern.AsSpan().IndexOfAny('*', '?') < 0 ? pattern + "*" : pattern, name, ignoreCase: true);
}
