using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Catalyst.Tests.Types;

public sealed class NumberInputTests
{
    [Theory]
    [InlineData("0.05", InputResult.Ok, "5", 2)]
    [InlineData(" -12.500 ", InputResult.Ok, "-12500", 3)]
    [InlineData("1e3", InputResult.Ok, "1000", 0)]
    [InlineData("1.5e-3", InputResult.Ok, "15", 4)]
    [InlineData(".5", InputResult.Ok, "5", 1)]
    [InlineData("5.", InputResult.Ok, "5", 0)]
    [InlineData("99999999999999999999999999999999999999", InputResult.Ok, "99999999999999999999999999999999999999", 0)]
    [InlineData("100000000000000000000000000000000000000", InputResult.OutOfRange, "0", 0)]
    [InlineData("0.123456789012345678901234567890123456789", InputResult.Ok, "12345678901234567890123456789012345679", 38)]
    [InlineData("1e", InputResult.Invalid, "0", 0)]
    [InlineData("", InputResult.Invalid, "0", 0)]
    [InlineData(".", InputResult.Invalid, "0", 0)]
    [InlineData("1,5", InputResult.Invalid, "0", 0)]
    [InlineData("NaN", InputResult.OutOfRange, "0", 0)]
    [InlineData("1e400", InputResult.OutOfRange, "0", 0)]
    public void NumericKeepsTheDigitsAsWritten(string text, InputResult expected, string unscaled, int scale)
    {
        InputResult result = NumberInput.Numeric(text, out Int128 value, out int foundScale);

        Assert.Equal(expected, result);
        if (result == InputResult.Ok)
        {
            Assert.Equal((unscaled, scale), (value.ToString(), foundScale));
        }
    }

    [Theory]
    [InlineData("125", 2, 1, "13")]
    [InlineData("-125", 2, 1, "-13")]
    [InlineData("124", 2, 1, "12")]
    [InlineData("5", 0, 3, "5000")]
    public void RescalingRoundsHalfAwayFromZero(string unscaled, int from, int to, string expected)
    {
        Assert.True(NumberInput.TryRescale(Int128.Parse(unscaled), from, 38, to, out Int128 result));
        Assert.Equal(expected, result.ToString());
    }

    [Theory]
    [InlineData("t", InputResult.Ok, true)]
    [InlineData(" YES", InputResult.Ok, true)]
    [InlineData("on", InputResult.Ok, true)]
    [InlineData("of", InputResult.Ok, false)]
    [InlineData("0", InputResult.Ok, false)]
    [InlineData("o", InputResult.Invalid, false)]
    [InlineData("2", InputResult.Invalid, false)]
    [InlineData("", InputResult.Invalid, false)]
    public void BooleansMayBeShortened(string text, InputResult expected, bool value)
    {
        Assert.Equal(expected, NumberInput.Boolean(text, out bool found));
        Assert.Equal(value, found);
    }

    [Theory]
    [InlineData("1e400", InputResult.OutOfRange)]
    [InlineData("1e-400", InputResult.OutOfRange)]
    [InlineData("0e-400", InputResult.Ok)]
    [InlineData("-Infinity", InputResult.Ok)]
    [InlineData("0x10", InputResult.Invalid)]
    public void DoublesThatDoNotFitAreOutOfRange(string text, InputResult expected) => Assert.Equal(expected, NumberInput.Double(text, out _));

    [Theory]
    [InlineData("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", InputResult.Ok)]
    [InlineData("{a0eebc999c0b4ef8bb6d6bb9bd380a11}", InputResult.Ok)]
    [InlineData("a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", InputResult.Ok)]
    [InlineData("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", InputResult.Invalid)]
    [InlineData("a-0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", InputResult.Invalid)]
    public void UuidsMayHaveHyphensAfterFourDigits(string text, InputResult expected) => Assert.Equal(expected, ByteInput.Uuid(text, out _));

    [Theory]
    [InlineData("\\x4A6f", InputResult.Ok, "4a6f")]
    [InlineData("Jo\\\\\\001", InputResult.Ok, "4a6f5c01")]
    [InlineData("\\x4", InputResult.Invalid, "")]
    [InlineData("\\9", InputResult.Invalid, "")]
    public void BytesAreHexadecimalOrEscaped(string text, InputResult expected, string bytes)
    {
        Assert.Equal(expected, ByteInput.Bytea(text, out byte[] found));
        Assert.Equal(bytes, Convert.ToHexStringLower(found));
    }
}
