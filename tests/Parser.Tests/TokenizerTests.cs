using System.Security.Cryptography;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Parser.Tests;

/// <summary>Checks what the line editor builds on.</summary>
public sealed class TokenizerTests
{
    [Theory]
    [InlineData("SELECT a", "Keyword:SELECT Identifier:a")]
    [InlineData("x1 \"Y\" 'z' 1.5 $1 ?", "Identifier:x1 QuotedIdentifier:\"Y\" String:'z' Number:1.5 Parameter:$1 Parameter:?")]
    [InlineData("a<-1--c", "Identifier:a Operator:< Operator:- Number:1 Comment:--c")]
    [InlineData("a@-1", "Identifier:a Operator:@- Number:1")]
    [InlineData("a+/*c*/b", "Identifier:a Operator:+ Comment:/*c*/ Identifier:b")]
    [InlineData("f(a[1:2])::t;", "Identifier:f Punctuation:( Identifier:a Punctuation:[ Number:1 Punctuation:: Number:2 Punctuation:] Punctuation:) Operator::: Identifier:t Punctuation:;")]
    [InlineData("1..2 1.e5 .5", "Number:1 Punctuation:. Number:.2 Number:1.e5 Number:.5")]
    [InlineData("1abc é_1 a$b", "Invalid:1abc Identifier:é_1 Identifier:a$b")]
    [InlineData("$tag$ a $b$ $tag$ x", "String:$tag$ a $b$ $tag$ Identifier:x")]
    [InlineData("U&\"a\" UESCAPE '!' u&'b'", "QuotedIdentifier:U&\"a\" UESCAPE '!' String:u&'b'")]
    [InlineData("'a'\n 'b' 'c'", "String:'a'\n 'b' String:'c'")]
    [InlineData("/* a /* b */", "Comment:/* a /* b */…")]
    [InlineData("'abc", "String:'abc…")]
    [InlineData("SELECT \"abc", "Keyword:SELECT QuotedIdentifier:\"abc…")]
    [InlineData("$$ab", "String:$$ab…")]
    public void CutsText(string sql, string expected) => Assert.Equal(
        expected,
        string.Join(' ', SqlTokenizer.Tokenize(sql).Select(token => $"{token.Kind}:{sql.Substring(token.Span.Start, token.Span.Length)}{(token.IsComplete ? "" : "…")}")));

    [Theory]
    [InlineData("SELECT 1;", true)]
    [InlineData("SELECT 1; -- done", true)]
    [InlineData("SELECT 1", false)]
    [InlineData("SELECT ';", false)]
    [InlineData("SELECT 1 -- ;", false)]
    [InlineData("SELECT 1; /* ", false)]
    [InlineData("SELECT $$;", false)]
    [InlineData("SELECT \";\";", true)]
    [InlineData("", false)]
    public void KnowsWhenInputIsComplete(string sql, bool complete) => Assert.Equal(complete, SqlTokenizer.IsComplete(sql));

    [Fact]
    public void SplitsStatements()
    {
        const string sql = " SELECT ';' ; ; /* x */ SELECT 2 -- end\n; SELECT 3";
        Assert.Equal(["SELECT ';'", "SELECT 2", "SELECT 3"], SqlTokenizer.SplitStatements(sql).Select(span => sql.Substring(span.Start, span.Length)));
    }

    [Fact]
    public void CoversAnyTextWithoutOverlap()
    {
        const int seed = 7;
        var random = new Random(seed);
        const string alphabet = "ab1.'\"$/*-;()[]{}:+<>=@#?\\ \n\té😀e0x_";
        for (int i = 0; i < 20_000; i++)
        {
            string text = new(Enumerable.Range(0, random.Next(0, 20)).Select(_ => alphabet[random.Next(alphabet.Length)]).ToArray());
            int end = 0;
            foreach (SqlTextToken token in SqlTokenizer.Tokenize(text))
            {
                Assert.True(token.Span.Length > 0 && token.Span.Start >= end && token.Span.End <= text.Length, $"seed {seed}: {text}");
                Assert.True(string.IsNullOrWhiteSpace(text[end..token.Span.Start]), $"seed {seed}: {text}");
                end = token.Span.End;
            }
            Assert.True(string.IsNullOrWhiteSpace(text[end..]), $"seed {seed}: {text}");
        }
    }

    [Fact]
    public void KeywordsHaveClasses()
    {
        Dictionary<string, Keyword> keywords = Keywords.All.ToDictionary(static keyword => keyword.Word);
        Assert.True(keywords.Count > 300);
        Assert.Equal(KeywordClass.Reserved, keywords["select"].Class);
        Assert.Equal(KeywordClass.TypeOrFunctionName, keywords["left"].Class);
        Assert.Equal(KeywordClass.ColumnName, keywords["position"].Class);
        Assert.Equal((KeywordClass.Unreserved, true), (keywords["skip"].Class, keywords["skip"].BareLabel));
        Assert.False(keywords["day"].BareLabel);
    }

    [Fact]
    public void EveryKeywordIsAnOutputNameAndAllButReservedOnesAreNames()
    {
        foreach (Keyword keyword in Keywords.All)
        {
            RoundTrip.Check($"SELECT 1 AS {keyword.Word}, t.{keyword.Word} FROM t");
            if (keyword.BareLabel)
                RoundTrip.Check($"SELECT 1 {keyword.Word}");
            if (keyword.Class is KeywordClass.Unreserved or KeywordClass.ColumnName)
            {
                RoundTrip.Check($"SELECT 1 FROM {keyword.Word} AS {keyword.Word}");
                RoundTrip.Check($"CREATE TABLE {keyword.Word} ({keyword.Word} int)");
            }
            if (keyword.Class == KeywordClass.Unreserved)
                RoundTrip.Check($"SELECT {keyword.Word}, {keyword.Word}(1), {keyword.Word} + 1 FROM {keyword.Word}");
            // Those are words of the language at their own places only.
            if (keyword.Class == KeywordClass.Reserved && keyword.Word is not ("qualify" or "system_user"))
                Assert.Throws<ParseException>(() => SqlParser.ParseStatement($"CREATE TABLE {keyword.Word} (a int)"));
        }
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("A", "\"A\"")]
    [InlineData("select", "\"select\"")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("", "\"\"")]
    public void NamesMadeByCodeAreQuotedWhereNeeded(string name, string printed) => Assert.Equal(printed, Printing.SqlPrinter.Print(Identifier.Named(name)));

    [Fact]
    public void GeneratedCodeIsMadeFromTheGrammarAsItIs()
    {
        string grammar = Path.Combine(Corpus.RepositoryRoot, "grammar");
        byte[] source = [.. File.ReadAllBytes(Path.Combine(grammar, "SqlLexer.g4")), .. File.ReadAllBytes(Path.Combine(grammar, "SqlParser.g4"))];
        string recorded = File.ReadAllText(Path.Combine(Corpus.RepositoryRoot, "src/Parser/Generated/grammar.sha256")).Trim();
        Assert.True(recorded == Convert.ToHexStringLower(SHA256.HashData(source)), "the grammar changed: run grammar/generate");
    }
}
