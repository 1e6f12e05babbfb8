using System.Collections.Immutable;
using static SqlCluster.Generators.Tpch.Schema.TpchColumnKind;

namespace SqlCluster.Generators.Tpch.Schema;

/// <summary>Describes a table: columns in order, and how many units it has at scale factor 1.</summary>
/// <remarks>A unit is what can be generated on its own: a row, for lineitem the lines of one order, for partsupp the suppliers of one part.</remarks>
public sealed class TpchTable
{
    public static readonly TpchTable Region = new("region", 5, 1, isScaled: false,
        Int("r_regionkey"), Word("r_name", "char(25)"), Text("r_comment", "varchar(152)"));

    public static readonly TpchTable Nation = new("nation", 25, 1, isScaled: false,
        Int("n_nationkey"), Word("n_name", "char(25)"), Int("n_regionkey"), Text("n_comment", "varchar(152)"));

    public static readonly TpchTable Supplier = new("supplier", 10_000, 1, isScaled: true,
        Long("s_suppkey"), Text("s_name", "char(25)"), Text("s_address", "varchar(40)"), Int("s_nationkey"), Text("s_phone", "char(15)"),
        Money("s_acctbal"), Text("s_comment", "varchar(101)"));

    public static readonly TpchTable Customer = new("customer", 150_000, 1, isScaled: true,
        Long("c_custkey"), Text("c_name", "varchar(25)"), Text("c_address", "varchar(40)"), Int("c_nationkey"), Text("c_phone", "char(15)"),
        Money("c_acctbal"), Word("c_mktsegment", "char(10)"), Text("c_comment", "varchar(117)"));

    public static readonly TpchTable Part = new("part", 200_000, 1, isScaled: true,
        Long("p_partkey"), Text("p_name", "varchar(55)"), Word("p_mfgr", "char(25)"), Word("p_brand", "char(10)"), Word("p_type", "varchar(25)"),
        Int("p_size"), Word("p_container", "char(10)"), Money("p_retailprice"), Text("p_comment", "varchar(23)"));

    public static readonly TpchTable PartSupp = new("partsupp", 200_000, 4, isScaled: true,
        Long("ps_partkey"), Long("ps_suppkey"), Long("ps_availqty"), Money("ps_supplycost"), Text("ps_comment", "varchar(199)"));

    public static readonly TpchTable Orders = new("orders", 1_500_000, 1, isScaled: true,
        Long("o_orderkey"), Long("o_custkey"), Word("o_orderstatus", "char(1)"), Money("o_totalprice"), Date("o_orderdate"),
        Word("o_orderpriority", "char(15)"), Text("o_clerk", "char(15)"), Int("o_shippriority"), Text("o_comment", "varchar(79)"));

    public static readonly TpchTable LineItem = new("lineitem", 1_500_000, 7, isScaled: true,
        Long("l_orderkey"), Long("l_partkey"), Long("l_suppkey"), Long("l_linenumber"),
        new TpchColumn("l_quantity", "decimal(15,2)", TpchColumnKind.Decimal, IsWholeInTbl: true), Money("l_extendedprice"), Money("l_discount"),
        Money("l_tax"), Word("l_returnflag", "char(1)"), Word("l_linestatus", "char(1)"), Date("l_shipdate"), Date("l_commitdate"),
        Date("l_receiptdate"), Word("l_shipinstruct", "char(25)"), Word("l_shipmode", "char(10)"), Text("l_comment", "varchar(44)"));

    private readonly long _baseUnits;
    private readonly bool _isScaled;

    private TpchTable(string name, long baseUnits, int rowsPerUnit, bool isScaled, params ReadOnlySpan<TpchColumn> columns)
    {
        Name = name;
        _baseUnits = baseUnits;
        MaxRowsPerUnit = rowsPerUnit;
        _isScaled = isScaled;
        Columns = [.. columns];
    }

    /// <summary>Every table, parents before children.</summary>
    public static ImmutableArray<TpchTable> All { get; } = [Region, Nation, Supplier, Customer, Part, PartSupp, Orders, LineItem];

    public string Name { get; }

    public ImmutableArray<TpchColumn> Columns { get; }

    /// <summary>Most rows that one unit yields.</summary>
    public int MaxRowsPerUnit { get; }

    /// <summary>Rows that a unit yields on average.</summary>
    public int AverageRowsPerUnit => this == LineItem ? (1 + MaxRowsPerUnit) / 2 : MaxRowsPerUnit;

    /// <summary>Number of units at a scale.</summary>
    public long UnitCount(TpchScale scale) => _isScaled ? scale.Of(_baseUnits) : _baseUnits;

    public override string ToString() => Name;

    private static TpchColumn Int(string name) => new(name, "integer", Integer);

    private static TpchColumn Long(string name) => new(name, "bigint", BigInt);

    private static TpchColumn Money(string name) => new(name, "decimal(15,2)", TpchColumnKind.Decimal);

    private static TpchColumn Date(string name) => new(name, "date", TpchColumnKind.Date);

    private static TpchColumn Text(string name, string sqlType) => new(name, sqlType, TpchColumnKind.Text);

    private static TpchColumn Word(string name, string sqlType) => new(name, sqlType, TpchColumnKind.Word);
}
