using System.Text;
using SqlCluster.Execution.Functions.Scalar.Texts;

namespace SqlCluster.Execution.Tests.Functions;

/// <summary>The automaton says what the framework's expressions say, for texts and patterns made at random and written by hand.</summary>
public class RegexAutomatonTests
{
    private static readonly string[] Patterns =
    [
        "", "a", "^a", "a$", "^a$", "^$", "^abc|bc$", "(a|b)*c", "a.c", ".*", "^.*b$", "a+b?c*", "a{2}", "a{2,}b", "a{1,3}c", "^(ab|ba)+$", "[a-c]{3}", "[^a]b", "[]a]c", "[^]a]c", @"\d+-\d", @"\w\W\w", @"\s\S",
        "[[:digit:]]a", "[^[:space:]b]+$", @"a\.b", @"[\d-]c", "(?:ab)+?c", "a||b", "()b", "x*", "(^a|b$)", "(a*)*b", "(a|ab)(c|bcd)", @"\\", "[a-]b", @"[.\-]", "(ab?c|a.d){2}", "b(^a|$)", "ab*?c$",
    ];

    [Fact]
    public void SaysWhatTheGeneralExpressionSays()
    {
        var random = new Random(11);
        int compared = 0;
        foreach (string flags in new[] { "", "i" })
        {
            foreach (string pattern in Patterns)
            {
                RegexAutomaton? automaton = RegexAutomaton.TryMake(pattern, flags);
                if (automaton == null)
                {
                    continue;
                }

                CheckedRegex general = RegexTranslation.Compile(pattern, flags);
                for (int i = 0; i < 300; i++)
                {
                    string text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => "aabbcCAd1-. \n]\\"[random.Next(15)]));
                    bool expected = general.Run(text.Length, regex => regex.IsMatch(text), default);
                    bool? actual = automaton.IsMatch(Encoding.UTF8.GetBytes(text));
                    Assert.True(actual == expected, $"/{pattern}/{flags} of \"{text}\": {actual}, not {expected}");
                    compared++;
                }
            }
        }

        Assert.True(compared > 2 * 30 * 300, "nearly all patterns have an automaton");
    }

    [Theory]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)b")]
    [InlineData(@"\mword")]
    [InlineData("a^b")]
    [InlineData("a**")]
    [InlineData("[[.a.]]")]
    [InlineData("é")]
    [InlineData("a{2")]
    [InlineData("***=a")]
    public void LeavesToTheGeneralExpressionWhatItCannotTell(string pattern) => Assert.Null(RegexAutomaton.TryMake(pattern, ""));

    [Fact]
    public void KnowsNothingOfTextsBeyondAsciiUnlessTheyMatchBefore()
    {
        RegexAutomaton automaton = RegexAutomaton.TryMake("b.d", "")!;
        Assert.Null(automaton.IsMatch(Encoding.UTF8.GetBytes("abéd")));
        Assert.Null(automaton.IsMatch(Encoding.UTF8.GetBytes("ééé")));
        Assert.True(automaton.IsMatch(Encoding.UTF8.GetBytes("abcdé")));
    }

    [Fact]
    public void GivesUpOnTooManyStates()
    {
        RegexAutomaton automaton = RegexAutomaton.TryMake("a.{14}b.{14}c", "")!;
        var random = new Random(5);
        bool gaveUp = false;
        for (int i = 0; i < 2000 && !gaveUp; i++)
        {
            string text = string.Concat(Enumerable.Range(0, 200).Select(_ => "ab"[random.Next(2)]));
            gaveUp = automaton.IsMatch(Encoding.UTF8.GetBytes(text)) == null;
        }

        Assert.True(gaveUp);
    }
}
