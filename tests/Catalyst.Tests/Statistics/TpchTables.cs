using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Statistics;

/// <summary>The TPC-H tables at scale factor 1 as names, types and statistics: what a planner sees of them.</summary>
internal sealed class TpchTables
{
    private static readonly SqlType Money = SqlType.Numeric(15, 2);

    public static readonly StatisticsTable Region = new("region", 5,
        Key("r_regionkey", 0, 4), Text("r_name", 5), Text("r_comment", 5));

    public static readonly StatisticsTable Nation = new("nation", 25,
        Key("n_nationkey", 0, 24), Text("n_name", 25), Key("n_regionkey", 0, 4), Text("n_comment", 25));

    public static readonly StatisticsTable Supplier = new("supplier", 10_000,
        Key("s_suppkey", 1, 10_000), Text("s_name", 10_000), Text("s_address", 10_000), Key("s_nationkey", 0, 24), Text("s_phone", 10_000),
        Number("s_acctbal", -99_822, 999_993, 9_955), Text("s_comment", 9_992));

    public static readonly StatisticsTable Customer = new("customer", 150_000,
        Key("c_custkey", 1, 150_000), Text("c_name", 150_000), Text("c_address", 150_000), Key("c_nationkey", 0, 24), Text("c_phone", 150_000),
        Number("c_acctbal", -99_999, 999_999, 140_187), Text("c_mktsegment", 5), Text("c_comment", 149_968));

    public static readonly StatisticsTable Part = new("part", 200_000,
        Key("p_partkey", 1, 200_000), Text("p_name", 199_997), Text("p_mfgr", 5), Text("p_brand", 25), Text("p_type", 150), Key("p_size", 1, 50),
        Text("p_container", 40), Number("p_retailprice", 90_100, 209_899, 20_899), Text("p_comment", 131_753));

    public static readonly StatisticsTable PartSupp = new("partsupp", 800_000,
        Key("ps_partkey", 1, 200_000), Key("ps_suppkey", 1, 10_000), Key("ps_availqty", 1, 9_999), Number("ps_supplycost", 100, 100_000, 99_865), Text("ps_comment", 799_124));

    public static readonly StatisticsTable Orders = new("orders", 1_500_000,
        new("o_orderkey", SqlType.Integer, 1_500_000, 1, 6_000_000), new("o_custkey", SqlType.Integer, 99_996, 1, 149_999), Text("o_orderstatus", 3),
        Number("o_totalprice", 85_771, 55_528_516, 1_464_556), Date("o_orderdate", "1992-01-01", "1998-08-02"), Text("o_orderpriority", 5), Text("o_clerk", 1_000),
        Key("o_shippriority", 0, 0), Text("o_comment", 1_482_071));

    public static readonly StatisticsTable LineItem = new("lineitem", 6_001_215,
        new("l_orderkey", SqlType.Integer, 1_500_000, 1, 6_000_000), Key("l_partkey", 1, 200_000), Key("l_suppkey", 1, 10_000), Key("l_linenumber", 1, 7),
        Number("l_quantity", 100, 5_000, 50), Number("l_extendedprice", 90_100, 10_494_950, 933_900), Number("l_discount", 0, 10, 11), Number("l_tax", 0, 8, 9),
        Text("l_returnflag", 3), Text("l_linestatus", 2), Date("l_shipdate", "1992-01-02", "1998-12-01"), Date("l_commitdate", "1992-01-31", "1998-10-31"),
        Date("l_receiptdate", "1992-01-04", "1998-12-31"), Text("l_shipinstruct", 4), Text("l_shipmode", 7), Text("l_comment", 4_580_667));

    public static IEnumerable<StatisticsTable> All => [Region, Nation, Supplier, Customer, Part, PartSupp, Orders, LineItem];

    private static StatisticsColumn Key(string name, long min, long max) => new(name, SqlType.Integer, max - min + 1, min, max);

    private static StatisticsColumn Text(string name, double distinct) => new(name, SqlType.Text, distinct);

    private static StatisticsColumn Number(string name, long min, long max, double distinct) => new(name, Money, distinct, (Int128)min, (Int128)max);

    private static StatisticsColumn Date(string name, string min, string max)
    {
        long first = Day(min), last = Day(max);
        return new(name, SqlType.Date, last - first + 1, first, last);
    }

    /// <summary>Days since 1970-01-01.</summary>
    public static long Day(string date) => DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
}

/// <summary>A column's name, type and statistics.</summary>
internal sealed record StatisticsColumn(string Name, SqlType Type, double Distinct, object? Min = null, object? Max = null, long Nulls = 0);

/// <summary>A table without rows that knows how many it would have.</summary>
internal sealed class StatisticsTable : ITable
{
    public StatisticsTable(string name, long rows, params StatisticsColumn[] columns)
    {
        Name = name;
        Columns = [.. columns.Select(static column => new TableColumn(column.Name, column.Type, column.Nulls > 0))];
        Statistics = new TableStatistics(rows, true, [.. columns.Select(static column => new ColumnStatistics(
            column.Min is null ? null : new Literal(column.Min, column.Type), column.Max is null ? null : new Literal(column.Max, column.Type), column.Nulls, column.Distinct,
            column.Type.IsText ? 24 : 8))]);
    }

    public string Name { get; }

    public NodeList<TableColumn> Columns { get; }

    public TableStatistics Statistics { get; }

    public bool CanPushFilter(Expression predicate) => true;
}
