using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Types;

public sealed class NumericTypingTests
{
    [Fact]
    public void PriceTimesOneMinusDiscountStaysWithinEighteenDigitsAndOneFactorMoreWithinThirtyEight()
    {
        SqlType price = SqlType.Numeric(15, 2), factor = NumericTyping.Add(NumericTyping.OfDigits(1, 0), SqlType.Numeric(3, 2));

        Assert.Equal(SqlType.Numeric(4, 2), factor);
        Assert.Equal(SqlType.Numeric(19, 4), NumericTyping.Multiply(price, factor));
        Assert.Equal(SqlType.Numeric(23, 6), NumericTyping.Multiply(NumericTyping.Multiply(price, factor), factor));
    }

    [Theory]
    [InlineData(10, 2, 5, 3, 26, 16)]
    [InlineData(38, 4, 38, 2, 38, 16)]
    public void QuotientsHaveAtLeastSixteenFractionDigits(int p1, int s1, int p2, int s2, int precision, int scale)
    {
        SqlType type = NumericTyping.Divide(SqlType.Numeric(p1, s1), SqlType.Numeric(p2, s2));

        Assert.Equal(scale, type.Scale);
        Assert.InRange(type.Precision, precision, 38);
    }

    [Fact]
    public void ProductsThatDoNotFitGiveUpFractionDigitsButKeepSixteen()
    {
        Assert.Equal(SqlType.Numeric(38, 16), NumericTyping.Multiply(SqlType.Numeric(38, 10), SqlType.Numeric(38, 10)));
        Assert.Equal(SqlType.Numeric(38, 4), NumericTyping.Multiply(SqlType.Numeric(38, 2), SqlType.Numeric(38, 2)));
    }

    [Fact]
    public void LiteralsHaveTheDigitsTheyAreWrittenWith()
    {
        Assert.Equal(SqlType.Numeric(2, 2), NumericTyping.OfDigits(5, 2));
        Assert.Equal(SqlType.Numeric(1, 0), NumericTyping.OfDigits(0, 0));
        Assert.Equal(SqlType.Numeric(4, 1), NumericTyping.OfDigits(-1234, 1));
    }

    [Fact]
    public void AggregatesWiden()
    {
        Assert.Equal(SqlType.BigInt, NumericTyping.Sum(SqlType.Integer));
        Assert.Equal(SqlType.Numeric(38, 0), NumericTyping.Sum(SqlType.BigInt));
        Assert.Equal(SqlType.Numeric(38, 2), NumericTyping.Sum(SqlType.Numeric(15, 2)));
        Assert.Equal(SqlType.Numeric(38, 16), NumericTyping.Average(SqlType.Numeric(15, 2)));
        Assert.Equal(SqlType.DoublePrecision, NumericTyping.Average(SqlType.Real));
    }
}
