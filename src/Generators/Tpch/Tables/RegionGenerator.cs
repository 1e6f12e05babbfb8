using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

internal sealed class RegionGenerator : TableGenerator
{
    private readonly TextStream _comments;

    public RegionGenerator(TextPool pool, TpchScale scale, long firstUnit)
        : base(TpchTable.Region, scale, firstUnit)
    {
        _comments = new TextStream(1500869201, pool, averageLength: 72);
        _comments.SkipRows(firstUnit);
    }

    private protected override int Generate(TpchRows rows, long firstUnit, int unitCount)
    {
        rows.Words(1).Words = Vocabularies.Regions.Words;
        for (int row = 0; row < unitCount; row++)
        {
            int key = (int)firstUnit + row;
            rows.IntArray(0)[row] = key;
            rows.Words(1).Set(row, key);
            _comments.AppendTo(rows.Texts(2));
            _comments.FinishRow();
        }
        return unitCount;
    }
}
