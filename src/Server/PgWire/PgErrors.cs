using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.PgWire;

/// <summary>Errors of the protocol, in PostgreSQL's words.</summary>
internal static class PgErrors
{
    public static QueryException Protocol(string what) => new("08P01", ErrorKind.User, what);

    public static QueryException NoDatabase(string name) => new("3D000", ErrorKind.User, $"database \"{name}\" does not exist");

    public static QueryException NoUser() => new("28000", ErrorKind.User, "no PostgreSQL user name specified in startup packet");

    public static QueryException NoReplication() => new("0A000", ErrorKind.Unsupported, "not supported: replication connections");

    public static QueryException UnsupportedProtocol(int version) =>
        new("0A000", ErrorKind.Unsupported, $"unsupported frontend protocol {version >> 16}.{version & 0xFFFF}: server supports 3.0 to 3.2");

    public static QueryException PasswordFailed(string user) => new("28P01", ErrorKind.User, $"password authentication failed for user \"{user}\"");

    public static QueryException NoCertificate() => new("28000", ErrorKind.User, "connection requires a valid client certificate") { Hint = "Connect with sslmode=require, sslcert and sslkey." };

    public static QueryException BadCertificate(string problem) => new("28000", ErrorKind.User, $"certificate authentication failed: {problem}");

    public static QueryException NoStatement(string name) =>
        new("26000", ErrorKind.User, name.Length == 0 ? "unnamed prepared statement does not exist" : $"prepared statement \"{name}\" does not exist");

    public static QueryException StatementExists(string name) => new("42P05", ErrorKind.User, $"prepared statement \"{name}\" already exists");

    public static QueryException NoPortal(string name) => new("34000", ErrorKind.User, $"portal \"{name}\" does not exist");

    public static QueryException PortalExists(string name) => new("42P03", ErrorKind.User, $"cursor \"{name}\" already exists");

    public static QueryException SeveralCommands() => new("42601", ErrorKind.User, "cannot insert multiple commands into a prepared statement");

    public static QueryException WrongParameterCount(int given, string statement, int needed) =>
        Protocol($"bind message supplies {given} parameters, but prepared statement \"{statement}\" requires {needed}");

    public static QueryException WrongFormatCount(int formats, string of, int count) => Protocol($"bind message has {formats} {of} formats but {count} {of}s");

    public static QueryException WrongResultFormatCount(int formats, int count) => Protocol($"bind message has {formats} result formats but query has {count} columns");

    public static QueryException NoFunctionCalls() => new("0A000", ErrorKind.Unsupported, "not supported: function calls of the protocol") { Hint = "Call the function with SELECT." };

    public static QueryException WrongElementType(int sent, string sentName, int expected, string expectedName) =>
        new("42804", ErrorKind.User, $"binary data has array element type {sent} ({sentName}) instead of expected {expected} ({expectedName})");

    public static QueryException TooManyDimensions(int dimensions, int most) => new("54000", ErrorKind.Resources, $"number of array dimensions ({dimensions}) exceeds the maximum allowed ({most})");

    public static QueryException BadBinaryArray(string what) => new("22P03", ErrorKind.User, what);

    public static QueryException OutOfRange(string type) => new("22008", ErrorKind.User, $"{type} out of range");

    public static QueryException BadUtf8(ReadOnlySpan<byte> text)
    {
        // The first byte that begins no character, and as many behind it as that byte announces.
        int at = 0;
        while (at < text.Length && System.Text.Rune.DecodeFromUtf8(text[at..], out _, out int used) == System.Buffers.OperationStatus.Done)
        {
            at += used;
        }

        int length = text[at] switch { >= 0xC0 and < 0xE0 => 2, >= 0xE0 and < 0xF0 => 3, >= 0xF0 and < 0xF8 => 4, _ => 1 };
        string bytes = string.Join(' ', text.Slice(at, Math.Min(length, text.Length - at)).ToArray().Select(static unit => $"0x{unit:x2}"));
        return new QueryException("22021", ErrorKind.User, $"invalid byte sequence for encoding \"UTF8\": {bytes}");
    }

    public static QueryException UnknownFormat(int format) => new("22023", ErrorKind.User, $"unsupported format code: {format}");

    public static QueryException BadBinary(int parameter) => new("22P03", ErrorKind.User, $"incorrect binary data format in bind parameter {parameter}");

    public static QueryException NoBinaryInput(string type) => new("0A000", ErrorKind.Unsupported, $"not supported: binary parameters of type {type}");

    public static QueryException NoRecordInput() => new("0A000", ErrorKind.Unsupported, "input of anonymous composite types is not implemented");

    public static QueryException UnencryptedData() => new("08P01", ErrorKind.User, "received unencrypted data after SSL request")
    {
        Detail = "This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.",
    };

    public static QueryException NoAlpn() => Protocol("received direct SSL connection request without ALPN protocol negotiation extension");

    public static QueryException MalformedScram(string detail) => new("08P01", ErrorKind.User, "malformed SCRAM message") { Detail = detail };

    public static QueryException ScramDowngrade() => new("28000", ErrorKind.User, "SCRAM channel binding negotiation error")
    {
        Detail = "The client supports SCRAM channel binding but thinks the server does not.  However, this server does support channel binding.",
    };

    public static QueryException ScramBindingFailed() => new("28000", ErrorKind.User, "SCRAM channel binding check failed");

    public static QueryException ScramAuthorizationIdentity() => new("0A000", ErrorKind.Unsupported, "client uses authorization identity, but it is not supported");

    public static QueryException ScramExtension() => new("0A000", ErrorKind.Unsupported, "client requires an unsupported SCRAM extension");

    public static QueryException CleartextNeedsTls() => new("28000", ErrorKind.User, "passwords are taken inside TLS only") { Hint = "Connect with sslmode=require." };
}
