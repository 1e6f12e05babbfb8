using Antlr4.Runtime.Misc;
using SqlTokens = SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Tokens;

/// <summary>Says where a keyword can be used as a name.</summary>
public enum KeywordClass
{
    /// <summary>Can name anything.</summary>
    Unreserved,

    /// <summary>Can name columns and tables, but not functions or types.</summary>
    ColumnName,

    /// <summary>Can name functions and types, but not columns or tables.</summary>
    TypeOrFunctionName,

    /// <summary>Can only follow AS or a dot.</summary>
    Reserved,
}

/// <summary>Describes one keyword, in lower case; a bare label may name a column without AS.</summary>
public readonly record struct Keyword(string Word, KeywordClass Class, bool BareLabel);

/// <summary>Knows the keywords. Words come from the grammar's vocabulary, classes from its rules, so there is one list only.</summary>
public static class Keywords
{
    private const int LongestWord = 32;

    private static readonly Dictionary<string, int> Types = CollectWords();
    private static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> TypesBySpan = Types.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly Lazy<IReadOnlyList<Keyword>> Classified = new(Classify);

    /// <summary>Lists all keywords in alphabetical order.</summary>
    public static IReadOnlyList<Keyword> All => Classified.Value;

    public static bool IsKeyword(ReadOnlySpan<char> word) => TypeOf(word) != SqlTokens.IDENTIFIER;

    /// <summary>Tells whether a folded word must be quoted to be read as a name wherever names are expected.</summary>
    public static bool NeedsQuotes(ReadOnlySpan<char> word)
    {
        if (word.IsEmpty || !Scanner.IsWordStart(word[0]))
            return true;
        foreach (char c in word)
        {
            if (!Scanner.IsWordPart(c) || char.IsAsciiLetterUpper(c))
                return true;
        }
        return IsKeyword(word);
    }

    /// <summary>Returns the token type of an unquoted word: its keyword's, or IDENTIFIER.</summary>
    internal static int TypeOf(ReadOnlySpan<char> word) =>
        word.Length <= LongestWord && System.Text.Ascii.IsValid(word) && TypesBySpan.TryGetValue(word, out int type) ? type : SqlTokens.IDENTIFIER;

    private static Dictionary<string, int> CollectWords()
    {
        var words = new Dictionary<string, int>(SqlTokens.ZONE - SqlTokens.ALL + 1, StringComparer.OrdinalIgnoreCase);
        for (int type = SqlTokens.ALL; type <= SqlTokens.ZONE; type++)
            words.Add(SqlTokens.DefaultVocabulary.GetSymbolicName(type).TrimEnd('_').ToLowerInvariant(), type);
        return words;
    }

    private static List<Keyword> Classify()
    {
        IntervalSet reserved = FirstTokens(SqlTokens.RULE_reservedKeyword);
        IntervalSet typeOrFunction = FirstTokens(SqlTokens.RULE_typeFunctionKeyword);
        IntervalSet form = FirstTokens(SqlTokens.RULE_formKeyword);
        IntervalSet call = FirstTokens(SqlTokens.RULE_callKeyword);
        IntervalSet column = FirstTokens(SqlTokens.RULE_columnKeyword);
        IntervalSet query = FirstTokens(SqlTokens.RULE_queryKeyword);
        IntervalSet bare = FirstTokens(SqlTokens.RULE_bareLabel);
        var keywords = new List<Keyword>(Types.Count);
        foreach ((string word, int type) in Types)
        {
            KeywordClass keywordClass = reserved.Contains(type) ? KeywordClass.Reserved
                : typeOrFunction.Contains(type) ? KeywordClass.TypeOrFunctionName
                : form.Contains(type) || call.Contains(type) || column.Contains(type) || query.Contains(type) ? KeywordClass.ColumnName
                : KeywordClass.Unreserved;
            keywords.Add(new Keyword(word, keywordClass, bare.Contains(type)));
        }
        keywords.Sort(static (left, right) => string.CompareOrdinal(left.Word, right.Word));
        return keywords;
    }

    /// <summary>Lists the tokens a rule of the grammar can start with.</summary>
    internal static IntervalSet FirstTokens(int rule) => SqlTokens.Network.NextTokens(SqlTokens.Network.ruleToStartState[rule]);
}
