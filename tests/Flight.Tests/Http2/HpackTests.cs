using SqlCluster.Flight.Http2;

namespace SqlCluster.Flight.Tests.Http2;

/// <summary>The examples of RFC 7541, appendix C, and blocks that no encoder writes.</summary>
public sealed class HpackTests
{
    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static string Decode(HpackDecoder decoder, string hex) =>
        string.Join('\n', decoder.Decode(Bytes(hex)).Select(static field => $"{field.Name}={field.Value}"));

    [Fact]
    public void RequestsWithHuffmanCode()   // C.4
    {
        var decoder = new HpackDecoder(4096, 1 << 16);
        Assert.Equal(":method=GET\n:scheme=http\n:path=/\n:authority=www.example.com", Decode(decoder, "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"));
        Assert.Equal(":method=GET\n:scheme=http\n:path=/\n:authority=www.example.com\ncache-control=no-cache", Decode(decoder, "8286 84be 5886 a8eb 1064 9cbf"));
        Assert.Equal(
            ":method=GET\n:scheme=https\n:path=/index.html\n:authority=www.example.com\ncustom-key=custom-value",
            Decode(decoder, "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"));
    }

    [Fact]
    public void ResponsesWithHuffmanCodeAndEviction()   // C.6
    {
        var decoder = new HpackDecoder(256, 1 << 16);
        Assert.Equal(
            ":status=302\ncache-control=private\ndate=Mon, 21 Oct 2013 20:13:21 GMT\nlocation=https://www.example.com",
            Decode(decoder, "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3"));
        Assert.Equal(
            ":status=307\ncache-control=private\ndate=Mon, 21 Oct 2013 20:13:21 GMT\nlocation=https://www.example.com", Decode(decoder, "4883 640e ffc1 c0bf"));
        Assert.Equal(
            ":status=200\ncache-control=private\ndate=Mon, 21 Oct 2013 20:13:22 GMT\nlocation=https://www.example.com\ncontent-encoding=gzip\nset-cookie=foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
            Decode(decoder, "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07"));
    }

    [Fact]
    public void TheHuffmanCodeIsComplete()
    {
        double sum = 0;
        foreach (byte length in HuffmanCode.Lengths)
        {
            sum += Math.Pow(2, -length);
        }

        Assert.Equal((257, 1.0), (HuffmanCode.Lengths.Length, sum));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public void WhatIsEncodedIsDecoded(int tableBytes)
    {
        var fields = new List<HeaderField> { new(":status", "200"), new("x-long", new string('v', 70_000)), new("authorization", "Bearer é"), new("empty", "") };
        var block = new List<byte>();
        new HpackEncoder(tableBytes).Encode(fields, block);
        Assert.Equal(fields, new HpackDecoder(4096, 1 << 17).Decode([.. block]));
    }

    /// <summary>The second block of a connection has a byte a field, credentials apart, which are in no table.</summary>
    [Fact]
    public void AFieldIsWrittenOutOnce()
    {
        var encoder = new HpackEncoder(4096);
        var decoder = new HpackDecoder(4096, 1 << 17);
        List<HeaderField> fields = [new(":method", "POST"), new(":path", "/a/B"), new("te", "trailers"), new("x-own", "1"), new("authorization", "Bearer x")];
        List<byte> first = [], second = [];
        encoder.Encode(fields, first);
        Assert.Equal(fields, decoder.Decode([.. first]));
        encoder.Encode(fields, second);
        Assert.Equal(4 + 2 + 1 + "Bearer x".Length, second.Count);
        Assert.Equal(0x10, second[4] & 0xF0);
        Assert.Equal(fields, decoder.Decode([.. second]));
    }

    /// <summary>Many different fields fill the table; what is in it stays, what comes later is written out.</summary>
    [Fact]
    public void ATableThatIsFullStaysAsItIs()
    {
        var encoder = new HpackEncoder(4096);
        var decoder = new HpackDecoder(4096, 1 << 17);
        for (int block = 0; block < 200; block++)
        {
            List<HeaderField> fields = [new("te", "trailers"), new("x-first", "1"), new("x-number", block.ToString(System.Globalization.CultureInfo.InvariantCulture)), new("x-number", "7")];
            var bytes = new List<byte>();
            encoder.Encode(fields, bytes);
            Assert.Equal(fields, decoder.Decode([.. bytes]));
        }

        var known = new List<byte>();
        encoder.Encode([new("x-first", "1")], known);
        Assert.InRange(known.Count, 1, 2);
    }

    /// <summary>A server that offers a smaller table gets none, and is told so before the next field.</summary>
    [Fact]
    public void ASmallerTableIsLeftEmpty()
    {
        var encoder = new HpackEncoder(4096);
        var decoder = new HpackDecoder(4096, 1 << 17);
        List<HeaderField> fields = [new("te", "trailers"), new(":scheme", "http")];
        foreach (uint size in (uint[])[4096, 100, 100, 65536])
        {
            var bytes = new List<byte>();
            encoder.Encode(fields, bytes);
            Assert.Equal(fields, decoder.Decode([.. bytes]));
            encoder.Limit(size);
        }

        var last = new List<byte>();
        encoder.Encode(fields, last);
        Assert.Equal(new byte[] { 0x00, 2, (byte)'t', (byte)'e' }, last[..4]);
    }

    [Theory]
    [InlineData("80", "no table entry 0")]
    [InlineData("be", "no table entry 62")]
    [InlineData("ff ff ff ff ff ff 0f", "integer")]
    [InlineData("7f", "integer cut short")]
    [InlineData("00", "string missing")]
    [InlineData("00 05 61 62", "string cut short")]
    [InlineData("00 81 ff 00", "padding")]
    [InlineData("00 84 ff ff ff ff", "end-of-string")]
    [InlineData("3f e2 1f", "table of 4097 bytes, allowed are 4096")]
    [InlineData("88 20", "table size update behind a field")]
    public void MalformedBlocksAreRefused(string hex, string reason)
    {
        Http2ProtocolException error = Assert.Throws<Http2ProtocolException>(() => new HpackDecoder(4096, 1 << 16).Decode(Bytes(hex)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(Http2ErrorCode.CompressionError, error.ErrorCode);
    }

    [Fact]
    public void AFewBytesThatMeanManyAreRefused()
    {
        var block = new List<byte> { 0x40, 1, (byte)'x', 0x7F, 0x81, 0x17 };   // a field of 3,072 bytes into the table
        block.AddRange(new byte[3072]);
        block.AddRange(Enumerable.Repeat((byte)0xBE, 100));                    // and named a hundred times
        Http2ProtocolException error = Assert.Throws<Http2ProtocolException>(() => new HpackDecoder(4096, 1 << 16).Decode([.. block]));
        Assert.Equal((Http2ErrorCode.EnhanceYourCalm, "headers too large: the limit is 65536 bytes"), (error.ErrorCode, error.Message));
    }

    [Fact]
    public void RandomBlocksAreDecodedOrRefused()
    {
        var random = new Random(5);
        int refused = 0, decoded = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] block = new byte[random.Next(1, 40)];
            random.NextBytes(block);
            try
            {
                new HpackDecoder(4096, 1 << 16).Decode(block);
                decoded++;
            }
            catch (Http2ProtocolException)
            {
                refused++;
            }
        }

        Assert.True(refused > 500 && decoded > 500, $"{refused} refused, {decoded} decoded");
    }
}
