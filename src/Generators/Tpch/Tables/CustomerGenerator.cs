using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

internal sealed class CustomerGenerator : TableGenerator
{
    private readonly AddressStream _addresses = new(881155353);
    private readonly NumberStream _nations = new(1489529863, 0, 24);
    private readonly PhoneStream _phones = new(1521138112);
    private readonly NumberStream _balances = new(298370230, -99_999, 999_999);
    private readonly RandomStream _segments = new(1140279430, 1);
    private readonly TextStream _comments;

    public CustomerGenerator(TextPool pool, TpchScale scale, long firstUnit)
        : base(TpchTable.Customer, scale, firstUnit)
    {
        _comments = new TextStream(1335826707, pool, averageLength: 73);
        _addresses.SkipRows(firstUnit);
        _nations.SkipRows(firstUnit);
        _phones.SkipRows(firstUnit);
        _balances.SkipRows(firstUnit);
        _segments.SkipRows(firstUnit);
        _comments.SkipRows(firstUnit);
    }

    private protected override int Generate(TpchRows rows, long firstUnit, int unitCount)
    {
        rows.Words(6).Words = Vocabularies.MarketSegments.Words;
        for (int row = 0; row < unitCount; row++)
        {
            long key = firstUnit + row + 1;
            int nation = _nations.NextRow();
            rows.LongArray(0)[row] = key;
            rows.Texts(1).AppendNumbered("Customer#"u8, key);
            _addresses.AppendTo(rows.Texts(2));
            rows.IntArray(3)[row] = nation;
            _phones.AppendTo(rows.Texts(4), nation);
            rows.LongArray(5)[row] = _balances.NextRow();
            rows.Words(6).Set(row, Vocabularies.MarketSegments.Draw(_segments));
            _comments.AppendTo(rows.Texts(7));
            _segments.FinishRow();
            _comments.FinishRow();
        }
        return unitCount;
    }
}
