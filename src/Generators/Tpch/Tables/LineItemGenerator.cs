using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

internal sealed class LineItemGenerator : TableGenerator
{
    private const int Finished = 0, Open = 1;                                   // positions in Vocabularies.LineStatuses
    private const int NotReturned = 2;                                          // position in Vocabularies.ReturnFlags
    private const int MaxLines = OrderLineStreams.MaxLines;

    private readonly OrderLineStreams _lines;
    private readonly long _supplierCount;
    private readonly NumberStream _supplierNumbers = new(2095021727, 0, 3, MaxLines);
    private readonly NumberStream _commitDelays = new(904914315, 30, 90, MaxLines);
    private readonly NumberStream _receiptDelays = new(373135028, 1, 30, MaxLines);
    private readonly NumberStream _returnFlags = new(717419739, 0, 1, MaxLines);
    private readonly RandomStream _shipInstructions = new(1371272478, MaxLines);
    private readonly RandomStream _shipModes = new(675466456, MaxLines);
    private readonly TextStream _comments;

    public LineItemGenerator(TextPool pool, TpchScale scale, long firstUnit)
        : base(TpchTable.LineItem, scale, firstUnit)
    {
        _lines = new OrderLineStreams(scale, firstUnit);
        _supplierCount = TpchTable.Supplier.UnitCount(scale);
        _comments = new TextStream(1095462486, pool, averageLength: 27, MaxLines);
        _supplierNumbers.SkipRows(firstUnit);
        _commitDelays.SkipRows(firstUnit);
        _receiptDelays.SkipRows(firstUnit);
        _returnFlags.SkipRows(firstUnit);
        _shipInstructions.SkipRows(firstUnit);
        _shipModes.SkipRows(firstUnit);
        _comments.SkipRows(firstUnit);
    }

    private protected override int Generate(TpchRows rows, long firstUnit, int unitCount)
    {
        rows.Words(8).Words = Vocabularies.ReturnFlags.Words;
        rows.Words(9).Words = Vocabularies.LineStatuses.Words;
        rows.Words(13).Words = Vocabularies.ShipInstructions.Words;
        rows.Words(14).Words = Vocabularies.ShipModes.Words;
        int row = 0;
        for (int unit = 0; unit < unitCount; unit++)
        {
            long orderKey = OrderLineStreams.OrderKey(firstUnit + unit + 1);
            _lines.StartOrder();
            for (int line = 0; line < _lines.LineCount; line++, row++)
            {
                rows.LongArray(0)[row] = orderKey;
                rows.LongArray(3)[row] = line + 1;
                GenerateLine(rows, row);
            }
            FinishOrder();
        }
        return row;
    }

    private void GenerateLine(TpchRows rows, int row)
    {
        _lines.NextLine();
        int receiptDate = _lines.ShipDate + _receiptDelays.Next();
        rows.LongArray(1)[row] = _lines.PartKey;
        rows.LongArray(2)[row] = PartSuppGenerator.SupplierKey(_lines.PartKey, _supplierNumbers.Next(), _supplierCount);
        rows.LongArray(4)[row] = _lines.Quantity * 100L;
        rows.LongArray(5)[row] = _lines.ExtendedPrice;
        rows.LongArray(6)[row] = _lines.Discount;
        rows.LongArray(7)[row] = _lines.Tax;
        rows.Words(8).Set(row, receiptDate <= OrderDates.Today ? _returnFlags.Next() : NotReturned);
        rows.Words(9).Set(row, _lines.ShipDate <= OrderDates.Today ? Finished : Open);
        rows.IntArray(10)[row] = _lines.ShipDate;
        rows.IntArray(11)[row] = _lines.OrderDate + _commitDelays.Next();
        rows.IntArray(12)[row] = receiptDate;
        rows.Words(13).Set(row, Vocabularies.ShipInstructions.Draw(_shipInstructions));
        rows.Words(14).Set(row, Vocabularies.ShipModes.Draw(_shipModes));
        _comments.AppendTo(rows.Texts(15));
    }

    private void FinishOrder()
    {
        _lines.FinishOrder();
        _supplierNumbers.FinishRow();
        _commitDelays.FinishRow();
        _receiptDelays.FinishRow();
        _returnFlags.FinishRow();
        _shipInstructions.FinishRow();
        _shipModes.FinishRow();
        _comments.FinishRow();
    }
}
