using SqlCluster.Flight.Grpc;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.FlightSql;

/// <summary>Errors of the Flight SQL service itself; those of statements are <see cref="QueryException"/>s, which <see cref="FlightStatus"/> translates.</summary>
internal static class FlightErrors
{
    public static GrpcStatusException NoCredentials() => new(StatusCode.Unauthenticated, "this server requires a user name and a password");

    public static GrpcStatusException UnknownAuthorization() => new(StatusCode.Unauthenticated, "the authorization header is neither Basic nor Bearer");

    public static GrpcStatusException WrongPassword(string user) => new(StatusCode.Unauthenticated, $"password authentication failed for user \"{user}\" [28P01]");

    public static GrpcStatusException NoCertificate() => new(StatusCode.Unauthenticated, "this server requires a client certificate");

    public static GrpcStatusException BadCertificate(string problem) => new(StatusCode.Unauthenticated, problem);

    public static GrpcStatusException InvalidToken() => new(StatusCode.Unauthenticated, "the bearer token is not one of this server: log in again");

    public static GrpcStatusException ExpiredToken() => new(StatusCode.Unauthenticated, "the bearer token has expired: log in again");

    /// <param name="why">What ended it; null: its client, or nothing that is remembered.</param>
    public static GrpcStatusException EndedSession(QueryException? why) => why == null
        ? new GrpcStatusException(StatusCode.Unauthenticated, "the session of this bearer token has ended: log in again")
        : new GrpcStatusException(StatusCode.Unauthenticated, $"the session of this bearer token has ended: log in again: {why.Message} [{why.SqlState}]", why) { Trailers = FlightStatus.Of(why).Trailers };

    public static GrpcStatusException NotACommand() => new(StatusCode.InvalidArgument, "the descriptor's command is no Flight SQL command packed in google.protobuf.Any");

    public static GrpcStatusException UnknownCommand(string name) => new(StatusCode.Unimplemented, $"not supported: command {name}");

    public static GrpcStatusException NoSubstrait() => new(StatusCode.Unimplemented, "not supported: Substrait plans; send SQL");

    public static GrpcStatusException NotARead(string name) => new(StatusCode.InvalidArgument, $"{name} is sent with DoPut");

    public static GrpcStatusException NotAWrite(string name) => new(StatusCode.InvalidArgument, $"{name} is not sent with DoPut");

    public static GrpcStatusException PathDescriptor() => new(StatusCode.InvalidArgument, "descriptors of paths name nothing here: send a Flight SQL command");

    public static GrpcStatusException UnknownAction(string type) => new(StatusCode.Unimplemented, $"not supported: action {type}");

    public static GrpcStatusException NotAnActionBody(string type) => new(StatusCode.InvalidArgument, $"the body of action {type} is not its message");

    public static GrpcStatusException UnknownTransaction() => new(StatusCode.InvalidArgument, "unknown transaction: it has ended, has expired, or its session has ended [25P01]");

    public static GrpcStatusException UnknownSavepoint() => new(StatusCode.InvalidArgument, "unknown savepoint: it has ended, or its transaction has [3B001]");

    public static GrpcStatusException NoEndAction(string action) => new(StatusCode.InvalidArgument, $"the body of action {action} does not say how to end");

    public static QueryException TooManyTransactions(int limit) => new("53400", ErrorKind.Resources, $"more than {limit} transactions in one session: end some");

    public static GrpcStatusException NoStatement() =>
        new(StatusCode.NotFound, "unknown statement handle: it has expired, or its session has ended [26000]");

    public static GrpcStatusException NoPreparedStatement() =>
        new(StatusCode.NotFound, "unknown prepared statement handle: it was closed, has expired, or its session has ended [26000]");

    public static GrpcStatusException NoExchange() => new(StatusCode.Unimplemented, "not supported: DoExchange");

    public static GrpcStatusException NoData() => new(StatusCode.InvalidArgument, "DoPut has no message with a descriptor");

    public static GrpcStatusException NoIngestData() => new(StatusCode.InvalidArgument, "the ingest stream has no schema");

    public static GrpcStatusException BadData(string what) => new(StatusCode.InvalidArgument, $"the Arrow data cannot be read: {what}");

    public static QueryException SeveralStatements() =>
        new("42601", ErrorKind.User, "cannot run several statements at once over Flight SQL");

    public static QueryException RanAlready() =>
        new("55000", ErrorKind.User, "the statement has changed the database already: its rows are given once");

    public static QueryException NoStatementText() => new("42601", ErrorKind.User, "the statement is empty");

    public static QueryException WrongParameterCount(int given, int needed) =>
        new("08P01", ErrorKind.User, $"bind supplies {given} parameters, but the prepared statement requires {needed}");

    public static QueryException NothingBound(int needed) => new("08P01", ErrorKind.User, $"the prepared statement has {needed} parameters and no values are bound to them");

    public static QueryException TooManyBlanks(long limitBytes) => new("54000", ErrorKind.Resources, $"the char values of one row have more than {limitBytes} bytes");

    public static QueryException TooManyRows(int limit) => new("54000", ErrorKind.Resources, $"more than {limit} rows of parameters at once");

    public static QueryException NoEngineType(string arrowType) => new("0A000", ErrorKind.Unsupported, $"not supported: parameters of Arrow type {arrowType}");

    public static QueryException TooManyPrepared(int limit) => new("53400", ErrorKind.Resources, $"more than {limit} prepared statements in one session: close some");

    public static QueryException TableExists(string name) => new("42P07", ErrorKind.User, $"relation \"{name}\" already exists");

    public static QueryException NoTable(string name) => new("42P01", ErrorKind.User, $"relation \"{name}\" does not exist");

    public static QueryException NoIngestChoice(string what) => new("22023", ErrorKind.User, $"the ingest command does not say what to do when the table {what}");

    public static QueryException OtherCatalog(string name) => new("0A000", ErrorKind.Unsupported, $"cross-database references are not implemented: \"{name}\"");
}
