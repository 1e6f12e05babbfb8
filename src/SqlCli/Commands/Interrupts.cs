using System.Runtime.InteropServices;
using SqlCluster.Parser.Errors;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Turns Ctrl-C into the end of the running statement instead of the program's.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly PosixSignalRegistration _registration;
    private volatile bool _isRequested;

    /// <param name="connection">Whose statement is ended.</param>
    /// <param name="isSecondFatal">Whether a second Ctrl-C ends the program.</param>
    public Interrupts(ISqlConnection connection, bool isSecondFatal) => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = !(isSecondFatal && _isRequested);
        _isRequested = true;
        connection.Cancel();
    });

    /// <summary>Forgets earlier requests: a new text begins.</summary>
    public void Clear() => _isRequested = false;

    /// <exception cref="QueryException">57014: Ctrl-C was pressed since the text began.</exception>
    public void ThrowIfRequested()
    {
        if (_isRequested)
        {
            throw CliErrors.Cancelled();
        }
    }

    public void Dispose() => _registration.Dispose();
}
