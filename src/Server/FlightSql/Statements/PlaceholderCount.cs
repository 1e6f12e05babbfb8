using System.Globalization;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Server.FlightSql.Statements;

/// <summary>Counts the placeholders of a statement's text.</summary>
internal static class PlaceholderCount
{
    /// <summary>The number of ?, or the greatest n of $n.</summary>
    public static int Of(string sql)
    {
        int positional = 0, greatest = 0;
        foreach (SqlTextToken token in SqlTokenizer.Tokenize(sql))
        {
            if (token.Kind != SqlTokenKind.Parameter)
            {
                continue;
            }

            if (sql[token.Span.Start] == '?')
            {
                positional++;
            }
            else if (int.TryParse(sql.AsSpan(token.Span.Start + 1, token.Span.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                greatest = Math.Max(greatest, Math.Min(number, ushort.MaxValue));
            }
        }

        return Math.Max(positional, greatest);
    }
}
