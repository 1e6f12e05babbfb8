namespace SqlCluster.Flight.Protos;

/// <summary>Paths of arrow.flight.protocol.FlightService, as requests name them and servers map them.</summary>
public static class FlightMethods
{
    public const string Service = "arrow.flight.protocol.FlightService";
    public const string Handshake = Prefix + "Handshake";
    public const string ListFlights = Prefix + "ListFlights";
    public const string GetFlightInfo = Prefix + "GetFlightInfo";
    public const string PollFlightInfo = Prefix + "PollFlightInfo";
    public const string GetSchema = Prefix + "GetSchema";
    public const string DoGet = Prefix + "DoGet";
    public const string DoPut = Prefix + "DoPut";
    public const string DoExchange = Prefix + "DoExchange";
    public const string DoAction = Prefix + "DoAction";
    public const string ListActions = Prefix + "ListActions";
    private const string Prefix = "/" + Service + "/";
}
