using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace SqlCluster.Server.Monitoring;

/// <summary>Writes each message as one line of JSON: time, level, message, and the values of its template by name. Thread-safe.</summary>
/// <remarks>Whatever a value holds, line breaks and control characters leave as escapes, so that nobody can write a line of his own.</remarks>
/// <param name="output">Gets whole lines, flushed one by one.</param>
/// <param name="least">Least level that is written.</param>
public sealed class JsonLineLogger(Stream output, LogLevel least) : ILogger
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _line = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        lock (_lock)
        {
            _line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_line, Format))
            {
                json.WriteStartObject();
                json.WriteString("time", TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
                json.WriteString("level", Level(logLevel));
                json.WriteString("message", Clean(formatter(state, exception)));
                if (state is IEnumerable<KeyValuePair<string, object?>> values)
                {
                    foreach ((string name, object? value) in values)
                    {
                        if (name != "{OriginalFormat}")
                        {
                            Write(json, JsonNamingPolicy.SnakeCaseLower.ConvertName(name), value);
                        }
                    }
                }

                if (exception != null)
                {
                    json.WriteString("exception", Clean(exception.ToString()));
                }

                json.WriteEndObject();
            }

            _line.Write("\n"u8);
            try
            {
                output.Write(_line.WrittenSpan);
                output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads the log any more: the server goes on.
            }
        }
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        LogLevel.None => "none",
    };

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            case DateTimeOffset time: json.WriteString(name, time.UtcDateTime); break;
            default: json.WriteString(name, Clean(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "")); break;
        }
    }

    /// <summary>Replaces halves of surrogate pairs, and characters that end lines or steer terminals though JSON lets them stand.</summary>
    private static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u007F', '\uFFFF'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (Rune letter in text.EnumerateRunes())
        {
            clean.Append(letter.Value is (>= 0x7F and <= 0x9F) or 0x2028 or 0x2029 ? "\uFFFD" : letter.ToString());
        }

        return clean.ToString();
    }
}
