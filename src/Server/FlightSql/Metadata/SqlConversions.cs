namespace SqlCluster.Server.FlightSql.Metadata;

/// <summary>SqlInfo 517: which type CAST converts to which, by the numbers of FlightSql.proto, enum SqlSupportsConvert. BI tools push no CAST without it.</summary>
internal static class SqlConversions
{
    private const int BigInt = 0, Binary = 1, Bit = 2, Char = 3, Date = 4, Decimal = 5, Float = 6, Integer = 7, IntervalDayTime = 8, IntervalYearMonth = 9,
        LongVarBinary = 10, LongVarChar = 11, Numeric = 12, Real = 13, SmallInt = 14, Time = 15, Timestamp = 16, VarBinary = 18, VarChar = 19;

    private static readonly int[] Texts = [Char, LongVarChar, VarChar];
    private static readonly int[] Bytes = [Binary, LongVarBinary, VarBinary];
    private static readonly int[] Numbers = [BigInt, Decimal, Float, Integer, Numeric, Real, SmallInt];
    private static readonly int[] Intervals = [IntervalDayTime, IntervalYearMonth];

    /// <summary>From each type to those it can be converted to, its own included.</summary>
    public static readonly IReadOnlyDictionary<int, int[]> Map = Build();

    private static SortedDictionary<int, int[]> Build()
    {
        var map = new SortedDictionary<int, int[]>();
        Add(map, Numbers, [.. Numbers, .. Texts]);
        map[Integer] = [.. map[Integer].Append(Bit).Order()];
        Add(map, [Bit], [Bit, Integer, .. Texts]);
        Add(map, Texts, [.. Texts, .. Bytes, .. Numbers, .. Intervals, Bit, Date, Time, Timestamp]);
        Add(map, Bytes, [.. Bytes, .. Texts]);
        Add(map, [Date], [Date, Timestamp, .. Texts]);
        Add(map, [Time], [Time, .. Intervals, .. Texts]);
        Add(map, [Timestamp], [Timestamp, Date, Time, .. Texts]);
        Add(map, Intervals, [.. Intervals, Time, .. Texts]);
        return map;
    }

    private static void Add(SortedDictionary<int, int[]> map, int[] from, int[] to)
    {
        foreach (int type in from)
        {
            map[type] = [.. to.Order()];
        }
    }
}
