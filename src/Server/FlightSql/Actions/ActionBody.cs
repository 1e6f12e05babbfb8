using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace SqlCluster.Server.FlightSql.Actions;

/// <summary>Reads the bodies of actions: Flight SQL's are packed in google.protobuf.Any, Flight's are not, and clients disagree about some.</summary>
internal static class ActionBody
{
    /// <exception cref="Flight.Grpc.GrpcStatusException">INVALID_ARGUMENT: the body is something else.</exception>
    public static T Read<T>(string action, ByteString body, MessageParser<T> parser)
        where T : class, IMessage<T>, new()
    {
        string name = new T().Descriptor.FullName;
        try
        {
            Any? any = AnyOf(body);
            return any == null ? parser.ParseFrom(body)
                : any.TypeUrl.EndsWith($"/{name}", StringComparison.Ordinal) ? parser.ParseFrom(any.Value)
                : throw FlightErrors.NotAnActionBody(action);
        }
        catch (InvalidProtocolBufferException)
        {
            throw FlightErrors.NotAnActionBody(action);
        }
    }

    private static Any? AnyOf(ByteString body)
    {
        try
        {
            Any any = Any.Parser.ParseFrom(body);
            return any.TypeUrl.StartsWith("type.googleapis.com/", StringComparison.Ordinal) ? any : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
