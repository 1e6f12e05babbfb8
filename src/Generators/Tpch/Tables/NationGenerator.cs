using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

internal sealed class NationGenerator : TableGenerator
{
    private readonly TextStream _comments;

    public NationGenerator(TextPool pool, TpchScale scale, long firstUnit)
        : base(TpchTable.Nation, scale, firstUnit)
    {
        _comments = new TextStream(606179079, pool, averageLength: 72);
        _comments.SkipRows(firstUnit);
    }

    private protected override int Generate(TpchRows rows, long firstUnit, int unitCount)
    {
        rows.Words(1).Words = Vocabularies.Nations.Words;
        for (int row = 0; row < unitCount; row++)
        {
            int key = (int)firstUnit + row;
            rows.IntArray(0)[row] = key;
            rows.Words(1).Set(row, key);
            rows.IntArray(2)[row] = Vocabularies.RegionOfNation[key];
            _comments.AppendTo(rows.Texts(3));
            _comments.FinishRow();
        }
        return unitCount;
    }
}
