using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SqlCluster.Server.Tests.Abuse;

/// <summary>Keeps what is logged as an error, and whatever comes with an exception: what clients send is neither.</summary>
internal sealed class AbuseLog : ILogger
{
    public ConcurrentQueue<string> Entries { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error || exception != null)
        {
            Entries.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
