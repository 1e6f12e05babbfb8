using System.Numerics;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Arithmetic;

namespace SqlCluster.Execution.Functions.Scalar.Numbers;

/// <summary>gcd, lcm, factorial, div, bit operators, width_bucket, random.</summary>
internal static class IntegerFunctions
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. Integers("gcd", static (a, b) => Fit(Gcd(a, b)), "Greatest common divisor", ("gcd(12, 18)", "6")),
        .. Integers("lcm", static (a, b) => a == 0 || b == 0 ? 0 : Fit(Int128.Abs(a) / Gcd(a, b) * Int128.Abs(b)), "Least common multiple", ("lcm(4, 6)", "12")),
        .. Integers("&", static (a, b) => a & b, "Bitwise and", ("12 & 10", "8")),
        .. Integers("|", static (a, b) => a | b, "Bitwise or", ("12 | 10", "14")),
        .. Integers("#", static (a, b) => a ^ b, "Bitwise exclusive or", ("12 # 10", "6")),
        .. Shifts("<<", static (value, bits, width) => value << (bits & (width - 1)), "Shift left", ("1 << 4", "16")),
        .. Shifts(">>", static (value, bits, width) => value >> (bits & (width - 1)), "Shift right", ("-16 >> 2", "-4")),
        .. Types.Select(static type => ScalarFunction.OfRows("~", [type], type, static row => row.Set(~row.Long(0)), "Bitwise not", type == SqlType.Integer ? [("~ 5", "-6")] : [])),
        ScalarFunction.OfFailingRows(
            "factorial", [SqlType.BigInt], SqlType.Numeric(38, 0), static row => row.Set(Factorial(row.Long(0))), "Product of the numbers up to n", ("factorial(5)", "120")),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "div", Parameters = [NumericParameter.Any, NumericParameter.Any], ReturnType = static types => SqlType.Numeric(38, 0), MayFail = true,
                Description = "Whole quotient", Examples = [("div(9.5, 2)", "4")],
            },
            static row =>
            {
                Int128 divisor = row.Decimal(1);
                int scale = Math.Max(row.Type(0).Scale, row.Type(1).Scale);
                row.Set(divisor == 0 ? throw ExecutionErrors.DivisionByZero()
                    : DecimalMath.Rescale(row.Decimal(0), row.Type(0).Scale, scale) / DecimalMath.Rescale(divisor, row.Type(1).Scale, scale));
            }),
        ScalarFunction.OfFailingRows(
            "width_bucket", [SqlType.DoublePrecision, SqlType.DoublePrecision, SqlType.DoublePrecision, SqlType.Integer], SqlType.Integer, static row => row.Set(Bucket(row)),
            "Number of the equal-width bucket a value falls in", ("width_bucket(5.35::float8, 0.024, 10.06, 5)", "3")),
        ScalarFunction.OfRows(
            new FunctionSignature { Name = "random", Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.DoublePrecision), Volatility = Volatility.Volatile, Description = "Random number from 0 to 1" },
            static row => row.Set(row.Context.Random.NextDouble())),
        ScalarFunction.OfRows(
            new FunctionSignature { Name = "gen_random_uuid", Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.Uuid), Volatility = Volatility.Volatile, Description = "Random uuid (version 4)" },
            static row =>
            {
                Span<byte> bytes = stackalloc byte[16];
                row.Context.Random.NextBytes(bytes);
                bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
                bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
                row.Set(System.Runtime.InteropServices.MemoryMarshal.Read<UInt128>(bytes));
            }),
    ];

    private static SqlType[] Types => [SqlType.Integer, SqlType.SmallInt, SqlType.BigInt];

    private static IEnumerable<ScalarFunction> Integers(string name, Func<long, long, long> compute, string description, params (string, string)[] examples) =>
        Types.Select(type => Of(name, [type, type], type, mayFail: true, type.Kind == TypeKind.Integer ? (a, b) => Narrow(compute(a, b)) : compute, description, examples));

    private static IEnumerable<ScalarFunction> Shifts(string name, Func<long, int, int, long> compute, string description, params (string, string)[] examples) =>
        Types.Select(type => Of(name, [type, SqlType.Integer], type, mayFail: false, (value, bits) => compute(value, (int)bits, type.Kind == TypeKind.BigInt ? 64 : 32), description, examples));

    private static ScalarFunction Of(string name, ParameterType[] parameters, SqlType type, bool mayFail, Func<long, long, long> compute, string description, (string, string)[] examples) => new(
        new FunctionSignature
        {
            Name = name, Parameters = parameters, ReturnType = FunctionSignature.Returns(type), Description = description, Examples = type == SqlType.Integer ? examples : [], MayFail = mayFail,
        },
        binding => new NumberFunction(binding, row => row.Set(compute(row.Long(0), row.Long(1)))) { OfLongs = compute });

    private static long Narrow(long value) => value == (int)value ? value : throw ExecutionErrors.OutOfRange("integer");

    private static Int128 Gcd(long a, long b) => (Int128)BigInteger.GreatestCommonDivisor(a, b);

    private static long Fit(Int128 value) => value <= long.MaxValue ? (long)value : throw ExecutionErrors.OutOfRange("bigint");

    private static Int128 Factorial(long n)
    {
        if (n is < 0 or > 33)
        {
            throw n < 0 ? ExecutionErrors.UndefinedFactorial() : ExecutionErrors.OutOfRange("numeric");
        }

        Int128 product = 1;
        for (int i = 2; i <= n; i++)
        {
            product *= i;
        }

        return product;
    }

    private static long Bucket(Row row)
    {
        double value = row.Double(0), low = row.Double(1), high = row.Double(2);
        int count = row.Int(3);
        if (count <= 0)
        {
            throw ExecutionErrors.InvalidBucket("count must be greater than zero");
        }

        if (low == high || double.IsNaN(low) || double.IsNaN(high) || double.IsNaN(value))
        {
            throw ExecutionErrors.InvalidBucket("lower bound cannot equal upper bound");
        }

        bool isReversed = low > high;
        double position = isReversed ? (low - value) / (low - high) : (value - low) / (high - low);
        return position < 0 ? 0 : position >= 1 ? count + 1 : (long)(position * count) + 1;
    }
}
