using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Reads bytea from text in rows.</summary>
internal static class ByteaForms
{
    /// <exception cref="Parser.Errors.QueryException">22023: wrong hexadecimal digits; 22P02: a wrong escape.</exception>
    public static byte[] Parse(string text) => ByteInput.Bytea(text, out byte[] bytes) == InputResult.Ok ? bytes
        : ByteInput.HexFault(text) is { } fault ? throw ExecutionErrors.InvalidArgument(fault)
        : throw ExecutionErrors.InvalidText("bytea", text);
}
