using System.Text;
using System.Text.Json;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>The scan against the framework's reader: what it takes is JSON, and it takes all that is not nested deeper than it follows.</summary>
public sealed class JsonScanTests
{
    private static readonly string[] Texts =
    [
        "", " ", "{}", "[]", " { } ", "[ ]", "{\"\":1}", "[1,]", "[,1]", "{,}", "{\"a\":1,}", "{\"a\"}", "{\"a\":}", "{a:1}", "[1 2]", "[1]]", "[[1]", "{\"a\":1}}", "{\"a\":1]", "[1}",
        "0", "-0", "-", "01", "-01", "1.", ".5", "1.5", "1.e5", "1e", "1e+", "1E-7", "1e5", "+1", "1a", "0x1", "12 ", " 12", "1 2", "NaN", "true", "tru", "truex", "false", "null", "nul", "nullnull",
        "\"\"", "\"", "\"a", "\"a\"b", "\"\\\"\"", "\"\\\"", "\"\\u12g4\"", "\"\\u1234\"", "\"\\u123\"", "\"\\ud800\"", "\"\\x\"", "\"\\", "\"\\n\\t\\r\\b\\f\\/\\\\\"", "\"a\nb\"", "\"\u007f\"", "\"é€😀\"",
        "\"0123456789abcde\"", "\"0123456789abcdef\"", "\"0123456789abcdefg\"", "\"0123456789abcdé\\u0041\"", "[\"0123456789abcdef\\\"0123456789abcdef\", {\"k\" : \"žluťoučký kůň\"} ]",
        "\t{\r\n\"a\" : [ true , false , null , -1.5e+3 , \"x\" , { \"b\" : { } , \"c\" : [ [ ] ] } ] }\n", "\u00a0[]", "\uFEFF[]", "[1]//", "/**/[1]", "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":2}", "[\f]",
    ];

    public static TheoryData<string> Cases => [.. Texts];

    [Theory]
    [MemberData(nameof(Cases))]
    public void TakesWhatTheReaderTakes(string text) => Check(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes left out, put in, changed and exchanged.</summary>
    [Fact]
    public void TakesWhatTheReaderTakesOfTextsWithMistakes()
    {
        var random = new Random(8259);
        byte[] marks = Encoding.UTF8.GetBytes("{}[]\",:\\ \n0-.eEtfnu19aé/");
        int valid = 0, invalid = 0;
        for (int run = 0; run < 20_000; run++)
        {
            List<byte> text = [.. Encoding.UTF8.GetBytes(Texts[random.Next(Texts.Length)])];
            for (int mistakes = random.Next(3); mistakes >= 0; mistakes--)
            {
                int at = random.Next(text.Count + 1);
                switch (random.Next(3))
                {
                    case 0: text.Insert(at, marks[random.Next(marks.Length)]); break;
                    case 1 when at < text.Count: text.RemoveAt(at); break;
                    case 2 when at < text.Count: text[at] = marks[random.Next(marks.Length)]; break;
                }
            }

            _ = Check([.. text]) ? valid++ : invalid++;
        }

        Assert.True(valid > 1000 && invalid > 1000, $"{valid} texts were JSON and {invalid} were not");
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void FollowsContainersToADepth(int depth, bool isTaken)
    {
        Assert.Equal(isTaken, JsonScan.IsValue(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth))));
        Assert.Equal(isTaken, JsonScan.IsValue(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1))));
        Assert.False(JsonScan.IsValue(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth - 1))));
    }

    /// <summary>Values end where the reader's do.</summary>
    [Fact]
    public void ValuesEndWhereTheReadersDo()
    {
        byte[] text = Encoding.UTF8.GetBytes("[\"a\\\"b\", 12.5 ,{\"x\":[1,{}]},[ ],true,null, \"0123456789abcdef\"]");
        var reader = new Utf8JsonReader(text);
        Assert.True(reader.Read());
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            Assert.Equal((int)reader.BytesConsumed, JsonScan.ValueEnd(text, start));
            count++;
        }

        Assert.Equal(7, count);
    }

    /// <returns>Whether the text is JSON.</returns>
    private static bool Check(byte[] text)
    {
        bool isJson = true;
        try
        {
            var reader = new Utf8JsonReader(text);
            while (reader.Read())
            {
                reader.TrySkip();
            }
        }
        catch (JsonException)
        {
            isJson = false;
        }

        Assert.True(isJson == JsonScan.IsValue(text), $"{(isJson ? "is" : "is not")} JSON: {Encoding.UTF8.GetString(text)}");
        return isJson;
    }
}
