using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

internal sealed class PartSuppGenerator : TableGenerator
{
    private const int SuppliersPerPart = 4;

    private readonly long _supplierCount;
    private readonly NumberStream _quantities = new(1671059989, 1, 9_999, SuppliersPerPart);
    private readonly NumberStream _costs = new(1051288424, 100, 100_000, SuppliersPerPart);
    private readonly TextStream _comments;

    public PartSuppGenerator(TextPool pool, TpchScale scale, long firstUnit)
        : base(TpchTable.PartSupp, scale, firstUnit)
    {
        _supplierCount = TpchTable.Supplier.UnitCount(scale);
        _comments = new TextStream(1961692154, pool, averageLength: 124, SuppliersPerPart);
        _quantities.SkipRows(firstUnit);
        _costs.SkipRows(firstUnit);
        _comments.SkipRows(firstUnit);
    }

    /// <summary>The key of one of a part's four suppliers, spread over all suppliers (clause 4.2.3).</summary>
    public static long SupplierKey(long partKey, int number, long supplierCount) =>
        (partKey + number * (supplierCount / SuppliersPerPart + (partKey - 1) / supplierCount)) % supplierCount + 1;

    private protected override int Generate(TpchRows rows, long firstUnit, int unitCount)
    {
        int row = 0;
        for (int unit = 0; unit < unitCount; unit++)
        {
            long partKey = firstUnit + unit + 1;
            for (int number = 0; number < SuppliersPerPart; number++, row++)
            {
                rows.LongArray(0)[row] = partKey;
                rows.LongArray(1)[row] = SupplierKey(partKey, number, _supplierCount);
                rows.LongArray(2)[row] = _quantities.Next();
                rows.LongArray(3)[row] = _costs.Next();
                _comments.AppendTo(rows.Texts(4));
            }
            _quantities.FinishRow();
            _costs.FinishRow();
            _comments.FinishRow();
        }
        return row;
    }
}
