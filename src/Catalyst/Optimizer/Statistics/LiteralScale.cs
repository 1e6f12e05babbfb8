using System.Text;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Maps constants onto a line, so that ranges of any ordered type are compared by arithmetic.</summary>
public static class LiteralScale
{
    private const int TextPrefixBytes = 8;
    private const double MicrosecondsPerDay = 86_400e6;

    /// <summary>Position of a constant: numbers as they are, dates in days, times in microseconds, texts by their first eight bytes. NaN when there is none.</summary>
    public static double Position(Literal literal) => literal.Value switch
    {
        bool truth => truth ? 1 : 0,
        long number => number,
        double number => number,
        Int128 unscaled => (double)unscaled / Math.Pow(10, literal.Type.Scale),
        string text when literal.Type.IsText || literal.Type.Kind == TypeKind.Unknown => TextPosition(text),
        _ => double.NaN,
    };

    /// <summary>Position of a constant on the scale of a column that it is compared with after a cast: timestamps in days beside a date.</summary>
    public static double Position(Literal literal, SqlType columnType) => (columnType.Kind, literal.Type.Kind) switch
    {
        (TypeKind.Date, TypeKind.Timestamp or TypeKind.TimestampTz) => Position(literal) / MicrosecondsPerDay,
        (TypeKind.Timestamp or TypeKind.TimestampTz, TypeKind.Date) => Position(literal) * MicrosecondsPerDay,
        _ => Position(literal),
    };

    /// <summary>Distance of neighbouring values: 1 for types that have one, else 0.</summary>
    public static double Step(SqlType type) => type.IsInteger || type.Kind is TypeKind.Date or TypeKind.Boolean or TypeKind.Oid ? 1 : 0;

    /// <summary>Where a text is between two others, 0 to 1, by the characters behind those that all three begin with.</summary>
    public static double Between(string low, string text, string high)
    {
        int shared = 0, least = Math.Min(low.Length, Math.Min(text.Length, high.Length));
        while (shared < least && low[shared] == text[shared] && text[shared] == high[shared])
        {
            shared++;
        }

        double from = TextPosition(low[shared..]), to = TextPosition(high[shared..]);
        return to > from ? Math.Clamp((TextPosition(text[shared..]) - from) / (to - from), 0, 1) : 0.5;
    }

    private static double TextPosition(string text)
    {
        Span<byte> bytes = stackalloc byte[TextPrefixBytes];
        bytes.Clear();
        Encoding.UTF8.GetEncoder().Convert(text, bytes, flush: true, out _, out _, out _);
        double position = 0;
        foreach (byte value in bytes)
        {
            position = (position * 256) + value;
        }

        return position;
    }
}
