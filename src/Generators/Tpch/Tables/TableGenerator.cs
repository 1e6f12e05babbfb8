using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

/// <summary>Generates the rows of one table, front to back from the unit it was made for.</summary>
/// <remarks>Generators of the same table that start at different units yield what one generator would have yielded there, so threads share nothing.</remarks>
public abstract class TableGenerator
{
    private readonly long _end;
    private long _next;

    private protected TableGenerator(TpchTable table, TpchScale scale, long firstUnit)
    {
        Table = table;
        _end = table.UnitCount(scale);
        ArgumentOutOfRangeException.ThrowIfNegative(firstUnit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstUnit, _end);
        _next = firstUnit;
    }

    public TpchTable Table { get; }

    /// <summary>Makes a generator that starts at a unit (see <see cref="TpchTable"/>).</summary>
    public static TableGenerator Create(TpchTable table, TpchScale scale, long firstUnit = 0)
    {
        ArgumentNullException.ThrowIfNull(table);
        TextPool pool = TextPool.Get();
        return table.Name switch
        {
            "region" => new RegionGenerator(pool, scale, firstUnit),
            "nation" => new NationGenerator(pool, scale, firstUnit),
            "supplier" => new SupplierGenerator(pool, scale, firstUnit),
            "customer" => new CustomerGenerator(pool, scale, firstUnit),
            "part" => new PartGenerator(pool, scale, firstUnit),
            "partsupp" => new PartSuppGenerator(pool, scale, firstUnit),
            "orders" => new OrdersGenerator(pool, scale, firstUnit),
            "lineitem" => new LineItemGenerator(pool, scale, firstUnit),
            _ => throw new ArgumentOutOfRangeException(nameof(table), table.Name, "not a table of TPC-H"),
        };
    }

    /// <summary>Replaces the content of <paramref name="rows"/> by the next units, as many as fit. Returns false when there are none left.</summary>
    public bool Fill(TpchRows rows) => Fill(rows, long.MaxValue);

    /// <summary>The same, with at most <paramref name="unitLimit"/> units.</summary>
    public bool Fill(TpchRows rows, long unitLimit)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Table != Table)
            throw new ArgumentException($"rows are of another table: {rows.Table}", nameof(rows));
        rows.Clear();
        int unitCount = (int)Math.Min(Math.Min(rows.UnitCapacity, unitLimit), _end - _next);
        if (unitCount <= 0)
            return false;
        rows.SetRowCount(Generate(rows, _next, unitCount));
        _next += unitCount;
        return true;
    }

    /// <summary>Writes units into empty rows and returns the number of rows. Units are numbered from 0 and come in order.</summary>
    private protected abstract int Generate(TpchRows rows, long firstUnit, int unitCount);
}
