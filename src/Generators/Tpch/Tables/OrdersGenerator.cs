using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

internal sealed class OrdersGenerator : TableGenerator
{
    private const int ClerksPerScale = 1_000;
    private const int Finished = 0, Open = 1, Partly = 2;                       // positions in Vocabularies.OrderStatuses

    private readonly OrderLineStreams _lines;
    private readonly int _customerCount;
    private readonly NumberStream _customers;
    private readonly RandomStream _priorities = new(591449447, 1);
    private readonly NumberStream _clerks;
    private readonly TextStream _comments;

    public OrdersGenerator(TextPool pool, TpchScale scale, long firstUnit)
        : base(TpchTable.Orders, scale, firstUnit)
    {
        _lines = new OrderLineStreams(scale, firstUnit);
        _customerCount = checked((int)TpchTable.Customer.UnitCount(scale));
        _customers = new NumberStream(851767375, 1, _customerCount);
        _clerks = new NumberStream(1171034773, 1, (int)Math.Max(scale.Of(ClerksPerScale), ClerksPerScale));
        _comments = new TextStream(276090261, pool, averageLength: 49);
        _customers.SkipRows(firstUnit);
        _priorities.SkipRows(firstUnit);
        _clerks.SkipRows(firstUnit);
        _comments.SkipRows(firstUnit);
    }

    private protected override int Generate(TpchRows rows, long firstUnit, int unitCount)
    {
        rows.Words(2).Words = Vocabularies.OrderStatuses.Words;
        rows.Words(5).Words = Vocabularies.OrderPriorities.Words;
        for (int row = 0; row < unitCount; row++)
        {
            _lines.StartOrder();
            (long totalPrice, int status) = AddUpLines();
            rows.LongArray(0)[row] = OrderLineStreams.OrderKey(firstUnit + row + 1);
            rows.LongArray(1)[row] = DrawCustomer();
            rows.Words(2).Set(row, status);
            rows.LongArray(3)[row] = totalPrice;
            rows.IntArray(4)[row] = _lines.OrderDate;
            rows.Words(5).Set(row, Vocabularies.OrderPriorities.Draw(_priorities));
            rows.Texts(6).AppendNumbered("Clerk#"u8, _clerks.NextRow());
            rows.IntArray(7)[row] = 0;
            _comments.AppendTo(rows.Texts(8));
            _priorities.FinishRow();
            _comments.FinishRow();
        }
        return unitCount;
    }

    private (long TotalPrice, int Status) AddUpLines()
    {
        long totalPrice = 0;
        int shippedCount = 0;
        for (int line = 0; line < _lines.LineCount; line++)
        {
            _lines.NextLine();
            long discounted = _lines.ExtendedPrice * (100 - _lines.Discount) / 100;
            totalPrice += discounted * (100 + _lines.Tax) / 100;
            if (_lines.ShipDate <= OrderDates.Today)
                shippedCount++;
        }
        _lines.FinishOrder();
        return (totalPrice, shippedCount == _lines.LineCount ? Finished : shippedCount > 0 ? Partly : Open);
    }

    /// <summary>Draws a customer; every third one has no orders, and its neighbour takes its place.</summary>
    private int DrawCustomer()
    {
        int customer = _customers.NextRow();
        for (int step = 1; customer % 3 == 0; step = -step)
            customer = Math.Min(customer + step, _customerCount);
        return customer;
    }
}
