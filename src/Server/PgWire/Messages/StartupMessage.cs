using System.Text;

namespace SqlCluster.Server.PgWire.Messages;

/// <summary>What a client says first: version and parameters.</summary>
internal sealed record StartupMessage(int Version, IReadOnlyList<KeyValuePair<string, string>> Parameters)
{
    public const int CancelRequest = 80877102;
    public const int SslRequest = 80877103;
    public const int GssRequest = 80877104;

    /// <summary>3.2 is the newest version we speak: it has longer cancel keys.</summary>
    public const int NewestMinor = 2;

    private const string ProtocolOption = "_pq_.";

    public int Major => Version >> 16;

    public int Minor => Version & 0xFFFF;

    /// <summary>Options of the protocol, none of which we know.</summary>
    public IReadOnlyList<string> ProtocolOptions => [.. Parameters.Select(static pair => pair.Key).Where(static key => key.StartsWith(ProtocolOption, StringComparison.Ordinal))];

    public string? this[string name] => Parameters.LastOrDefault(pair => pair.Key == name).Value;

    /// <summary>Settings that the session starts with, those in "options" first.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings => ReadOptions(this["options"] ?? "").Concat(
        Parameters.Where(static pair => pair.Key is not ("user" or "database" or "options" or "replication") && !pair.Key.StartsWith(ProtocolOption, StringComparison.Ordinal)));

    /// <param name="body">What follows the length.</param>
    public static StartupMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new PgReader(body);
        int version = reader.Int32();
        var parameters = new List<KeyValuePair<string, string>>();
        while (version >> 16 == 3)
        {
            string key = reader.CString();
            if (key.Length == 0)
            {
                reader.End();
                break;
            }

            parameters.Add(new KeyValuePair<string, string>(key, reader.CString()));
        }

        return new StartupMessage(version, parameters);
    }

    /// <summary>Reads "-c name=value --name=value", where a backslash keeps the next character.</summary>
    private static List<KeyValuePair<string, string>> ReadOptions(string options)
    {
        var settings = new List<KeyValuePair<string, string>>();
        var word = new StringBuilder();
        bool isValue = false;
        for (int i = 0; i <= options.Length; i++)
        {
            if (i < options.Length && options[i] == '\\' && i + 1 < options.Length)
            {
                word.Append(options[++i]);
            }
            else if (i < options.Length && !char.IsWhiteSpace(options[i]))
            {
                word.Append(options[i]);
            }
            else if (word.Length > 0)
            {
                string text = word.ToString();
                word.Clear();
                if (!isValue && text == "-c")
                {
                    isValue = true;
                    continue;
                }

                text = isValue ? text : text.StartsWith("--", StringComparison.Ordinal) || text.StartsWith("-c", StringComparison.Ordinal) ? text[2..] : "";
                int equals = text.IndexOf('=', StringComparison.Ordinal);
                settings.Add(equals > 0
                    ? new KeyValuePair<string, string>(isValue ? text[..equals] : text[..equals].Replace('-', '_'), text[(equals + 1)..])
                    : throw PgErrors.Protocol($"invalid command-line argument for server process: {options}"));
                isValue = false;
            }
        }

        return settings;
    }
}
