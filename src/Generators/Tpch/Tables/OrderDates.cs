namespace SqlCluster.Generators.Tpch.Tables;

/// <summary>Gives the dates that orders and lines share, in days since 1970-01-01.</summary>
internal static class OrderDates
{
    /// <summary>1992-01-01.</summary>
    public const int First = 8035;

    /// <summary>1998-08-02: the last line of an order can be received 151 days later, at the end of 1998.</summary>
    public const int Last = First + 2557 - LongestDelivery - 1;

    /// <summary>1995-06-17. What is shipped or received up to this day is in the past.</summary>
    public const int Today = 9298;

    private const int LongestDelivery = 151;
}
