using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

/// <summary>Draws what orders and lineitem both need: the date and the number of lines of an order, and each line's price and shipping date.</summary>
internal sealed class OrderLineStreams
{
    public const int MaxLines = 7;

    private readonly NumberStream _orderDates = new(1066728069, OrderDates.First, OrderDates.Last);
    private readonly NumberStream _lineCounts = new(1434868289, 1, MaxLines);
    private readonly NumberStream _quantities = new(209208115, 1, 50, MaxLines);
    private readonly NumberStream _discounts = new(554590007, 0, 10, MaxLines);
    private readonly NumberStream _taxes = new(721958466, 0, 8, MaxLines);
    private readonly NumberStream _partKeys;
    private readonly NumberStream _shipDelays = new(1769349045, 1, 121, MaxLines);

    public OrderLineStreams(TpchScale scale, long firstOrder)
    {
        _partKeys = new NumberStream(1808217256, 1, checked((int)TpchTable.Part.UnitCount(scale)), MaxLines);
        _orderDates.SkipRows(firstOrder);
        _lineCounts.SkipRows(firstOrder);
        _quantities.SkipRows(firstOrder);
        _discounts.SkipRows(firstOrder);
        _taxes.SkipRows(firstOrder);
        _partKeys.SkipRows(firstOrder);
        _shipDelays.SkipRows(firstOrder);
    }

    public int OrderDate { get; private set; }

    public int LineCount { get; private set; }

    public int Quantity { get; private set; }

    /// <summary>In percent.</summary>
    public int Discount { get; private set; }

    /// <summary>In percent.</summary>
    public int Tax { get; private set; }

    public int PartKey { get; private set; }

    public int ShipDate { get; private set; }

    /// <summary>In cents.</summary>
    public long ExtendedPrice => PartGenerator.RetailPrice(PartKey) * Quantity;

    /// <summary>Spreads order numbers, which start at 1: of every 32 keys the first 8 are used (clause 4.2.3).</summary>
    public static long OrderKey(long orderNumber) => (orderNumber >> 3 << 5) + (orderNumber & 7);

    public void StartOrder()
    {
        OrderDate = _orderDates.NextRow();
        LineCount = _lineCounts.NextRow();
    }

    public void NextLine()
    {
        Quantity = _quantities.Next();
        Discount = _discounts.Next();
        Tax = _taxes.Next();
        PartKey = _partKeys.Next();
        ShipDate = OrderDate + _shipDelays.Next();
    }

    public void FinishOrder()
    {
        _quantities.FinishRow();
        _discounts.FinishRow();
        _taxes.FinishRow();
        _partKeys.FinishRow();
        _shipDelays.FinishRow();
    }
}
