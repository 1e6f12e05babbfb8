using System.Text;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Statements;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>Formats of COPY over the protocol.</summary>
internal enum CopyFormat
{
    Text,
    Csv,
    Binary,
}

/// <summary>What the first line of COPY's text is.</summary>
internal enum CopyHeader
{
    None,
    /// <summary>Names of columns, which are not read.</summary>
    Skipped,
    /// <summary>Names of columns, which must be those of the table.</summary>
    Matched,
}

/// <summary>The options of COPY to and from the client, checked as PostgreSQL checks them.</summary>
internal sealed record CopyOptions
{
    public CopyFormat Format { get; private init; }

    public CopyHeader Header { get; private init; }

    /// <summary>Whether a first line that has the names of the columns is a header, though nothing says so: files that COPY TO wrote.</summary>
    public bool FindsHeader { get; init; }

    public char Delimiter { get; private init; }

    public string Null { get; private init; } = "";

    /// <summary><see cref="Null"/> in UTF-8.</summary>
    public byte[] NullBytes { get; private init; } = [];

    public char Quote { get; private init; }

    public char Escape { get; private init; }

    /// <summary>Columns whose values are always quoted; "*": all.</summary>
    public NodeList<string> ForceQuote { get; private init; } = NodeList<string>.Empty;

    /// <summary>Columns whose unquoted values are never NULL.</summary>
    public NodeList<string> ForceNotNull { get; private init; } = NodeList<string>.Empty;

    /// <summary>Columns whose quoted values may be NULL too.</summary>
    public NodeList<string> ForceNull { get; private init; } = NodeList<string>.Empty;

    public bool IsCsv => Format == CopyFormat.Csv;

    public bool IsBinary => Format == CopyFormat.Binary;

    /// <exception cref="QueryException">42601, 22023, 0A000: an option that does not exist, has a wrong value, or does not go with the others.</exception>
    public static CopyOptions Of(Parser.Ast.Copy copy)
    {
        var given = new Dictionary<string, OptionValue?>(StringComparer.OrdinalIgnoreCase);
        foreach (StatementOption option in copy.Options)
        {
            // CSV and BINARY alone are formats, in the syntax from before the parentheses.
            bool isFormat = option.Value == null && option.Name.ToLowerInvariant() is "csv" or "binary" or "text";
            if (!given.TryAdd(isFormat ? "format" : option.Name, isFormat ? new OptionWord(option.Name) : option.Value))
            {
                throw CopyErrors.Conflict();
            }
        }

        CopyFormat format = Text(given, "format")?.ToLowerInvariant() switch
        {
            null or "text" => CopyFormat.Text,
            "csv" => CopyFormat.Csv,
            "binary" => CopyFormat.Binary,
            var other => throw CopyErrors.UnknownFormat(other),
        };
        bool isFrom = copy.Direction == CopyDirection.From;
        RefuseForeign(given, format, isFrom);
        char quote = Single(given, "quote", '"');
        string nulls = Text(given, "null") ?? (format == CopyFormat.Csv ? "" : "\\N");
        var options = new CopyOptions
        {
            Format = format,
            Header = ReadHeader(Text(given, "header", "on"), isFrom),
            Delimiter = Single(given, "delimiter", format == CopyFormat.Csv ? ',' : '\t'),
            Null = nulls,
            NullBytes = Encoding.UTF8.GetBytes(nulls),
            Quote = quote,
            Escape = Single(given, "escape", quote),
            ForceQuote = Names(given, "force_quote"),
            ForceNotNull = Names(given, "force_not_null"),
            ForceNull = Names(given, "force_null"),
        };
        Text(given, "freeze", "on");
        if (Text(given, "encoding") is { } encoding && encoding.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant() is not ("utf8" or "unicode"))
        {
            throw CopyErrors.UnknownEncoding(encoding);
        }

        if (given.Count > 0)
        {
            throw StatementErrors.UnknownCopyOption(given.Keys.First());
        }

        options.CheckCharacters();
        return options;
    }

    /// <summary>Tells whether a list of names, or its star, has a column.</summary>
    public static bool Has(NodeList<string> names, string column) => names.Any(name => name == "*" || name == column);

    private static void RefuseForeign(Dictionary<string, OptionValue?> given, CopyFormat format, bool isFrom)
    {
        foreach (string name in (string[])["quote", "escape", "force_quote", "force_not_null", "force_null"])
        {
            if (format != CopyFormat.Csv && given.ContainsKey(name))
            {
                throw CopyErrors.OnlyCsv(name);
            }
        }

        if (isFrom ? given.ContainsKey("force_quote") : given.ContainsKey("force_not_null") || given.ContainsKey("force_null"))
        {
            throw CopyErrors.WrongDirection(isFrom ? "force quote" : given.ContainsKey("force_null") ? "force null" : "force not null", isFrom);
        }

        foreach (string name in (string[])["delimiter", "null", "header"])
        {
            if (format == CopyFormat.Binary && given.ContainsKey(name))
            {
                throw CopyErrors.NotBinary(name);
            }
        }
    }

    private static CopyHeader ReadHeader(string? text, bool isFrom) => text?.ToLowerInvariant() switch
    {
        null or "off" or "false" or "0" => CopyHeader.None,
        "on" or "true" or "1" => CopyHeader.Skipped,
        "match" when isFrom => CopyHeader.Matched,
        "match" => throw CopyErrors.MatchOnlyFrom(),
        _ => throw CopyErrors.WrongHeader(),
    };

    private void CheckCharacters()
    {
        if (IsBinary)
        {
            return;
        }

        if (Delimiter is '\r' or '\n')
        {
            throw CopyErrors.Invalid("COPY delimiter cannot be newline or carriage return");
        }

        if (Null.AsSpan().IndexOfAny('\r', '\n') >= 0)
        {
            throw CopyErrors.Invalid("COPY null representation cannot use newline or carriage return");
        }

        if (!IsCsv && "\\.abcdefghijklmnopqrstuvwxyz0123456789".Contains(Delimiter, StringComparison.Ordinal))
        {
            throw CopyErrors.Invalid($"COPY delimiter cannot be \"{Delimiter}\"");
        }

        if (IsCsv && Delimiter == Quote)
        {
            throw CopyErrors.Invalid("COPY delimiter and quote must be different");
        }

        if (Null.Contains(Delimiter, StringComparison.Ordinal))
        {
            throw CopyErrors.Unsupported("COPY delimiter must not appear in the NULL specification");
        }

        if (IsCsv && Null.Contains(Quote, StringComparison.Ordinal))
        {
            throw CopyErrors.Unsupported("CSV quote character must not appear in the NULL specification");
        }
    }

    private static string? Text(Dictionary<string, OptionValue?> given, string name, string? alone = null) =>
        !given.Remove(name, out OptionValue? value) ? null : value == null ? alone ?? throw CopyErrors.NeedsValue(name) : SettingStatements.Text(value);

    private static char Single(Dictionary<string, OptionValue?> given, string name, char otherwise) => Text(given, name) switch
    {
        null => otherwise,
        { Length: 1 } text when text[0] < 0x80 => text[0],
        _ => throw CopyErrors.Unsupported($"COPY {name} must be a single one-byte character"),
    };

    private static NodeList<string> Names(Dictionary<string, OptionValue?> given, string name) => !given.Remove(name, out OptionValue? value)
        ? NodeList<string>.Empty
        : value switch
        {
            null => ["*"],
            OptionList list => list.Values.Map(SettingStatements.Text),
            _ => [SettingStatements.Text(value)],
        };
}
