namespace SqlCluster.Catalyst.Types.Zones;

/// <summary>What clocks of a zone show between two changes.</summary>
/// <param name="Offset">How far they are ahead of UTC, in microseconds; whole seconds.</param>
/// <param name="Abbreviation">CET, LMT, +03.</param>
/// <param name="IsDaylight">Summer time.</param>
public sealed record ZonePeriod(long Offset, string Abbreviation, bool IsDaylight);
