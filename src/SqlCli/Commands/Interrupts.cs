using System.Runtime.InteropServices;
using SqlCluster.Parser.Errors;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Turns Ctrl-C into the end of the running statement instead of the program's.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly PosixSignalRegistration _registration;
    private readonly SemaphoreSlim _pressed = new(0);
    private volatile bool _isRequested;

    /// <param name="connection">Whose statement is ended.</param>
    /// <param name="isSecondFatal">Whether a second Ctrl-C ends the program.</param>
    public Interrupts(ISqlConnection connection, bool isSecondFatal) => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = !(isSecondFatal && _isRequested);
        _isRequested = true;
        _pressed.Release();
        connection.Cancel();
    });

    /// <summary>Forgets earlier requests: a new text begins.</summary>
    public void Clear()
    {
        _isRequested = false;
        while (_pressed.Wait(0))
        {
        }
    }

    /// <summary>Waits, unless Ctrl-C is pressed.</summary>
    /// <returns>False when it was.</returns>
    public async Task<bool> WaitAsync(TimeSpan time)
    {
        Clear();
        return !await _pressed.WaitAsync(time).ConfigureAwait(false);
    }

    /// <exception cref="QueryException">57014: Ctrl-C was pressed since the text began.</exception>
    public void ThrowIfRequested()
    {
        if (_isRequested)
        {
            throw CliErrors.Cancelled();
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        _pressed.Dispose();
    }
}
