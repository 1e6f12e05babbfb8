using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Sessions;

/// <summary>Values of DateStyle: the form that dates are written in, which is ISO here, and the order they are read in.</summary>
/// <remarks>PostgreSQL's documentation, section 8.5.2.</remarks>
internal static class DateStyleText
{
    /// <summary>"ISO, MDY" and its like.</summary>
    /// <param name="text">Words separated by commas, in any order; what none of them says stays.</param>
    /// <param name="present">The value so far.</param>
    /// <exception cref="QueryException">22023: an unknown word; 0A000: a form that is not written.</exception>
    public static string Normalize(string text, string present)
    {
        string order = present[(present.IndexOf(',', StringComparison.Ordinal) + 1)..].Trim();
        foreach (string word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word.ToUpperInvariant())
            {
                case "ISO": break;
                case "MDY" or "US" or "NONEURO" or "NONEUROPEAN": order = "MDY"; break;
                case "DMY" or "EURO" or "EUROPEAN": order = "DMY"; break;
                case "YMD": order = "YMD"; break;
                case "DEFAULT": order = "MDY"; break;
                case "SQL" or "POSTGRES" or "GERMAN": throw new QueryException("0A000", ErrorKind.Unsupported, $"not supported: DateStyle {word}: dates are written in the form ISO");
                default: throw new QueryException("22023", ErrorKind.User, $"invalid value for parameter \"DateStyle\": \"{text}\"") { Detail = $"Unrecognized key word: \"{word}\"." };
            }
        }

        return $"ISO, {order}";
    }

    /// <summary>The order that a normalized value says.</summary>
    public static DateOrder OrderOf(string value) => value[^3..] switch
    {
        "DMY" => DateOrder.DayMonthYear,
        "YMD" => DateOrder.YearMonthDay,
        _ => DateOrder.MonthDayYear,
    };
}
