using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Scalar.Numbers;

/// <summary>Trigonometry in degrees, exact at the angles where the result is, and inverse hyperbolic functions.</summary>
internal static class Trigonometry
{
    private const double Degree = Math.PI / 180;

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Of("sind", static x => Sine(x), "Sine of degrees", ("sind(30::float8)", "0.5")),
        Of("cosd", static x => Sine(90 - (Math.Abs(x) % 360)), "Cosine of degrees", ("cosd(60::float8)", "0.5")),
        Of("tand", static x => Tangent(x), "Tangent of degrees", ("tand(45::float8)", "1")),
        Of("cotd", static x => 1 / Tangent(x) is var y && y == 0 ? 0 : 1 / Tangent(x), "Cotangent of degrees", ("cotd(45::float8)", "1")),
        Of("asind", static x => Snap(InRange(x) is var y ? Math.Asin(y) / Degree : 0), "Inverse sine in degrees", ("asind(1::float8)", "90")),
        Of("acosd", static x => Snap(InRange(x) is var y ? Math.Acos(y) / Degree : 0), "Inverse cosine in degrees", ("acosd(1::float8)", "0")),
        Of("atand", static x => Snap(Math.Atan(x) / Degree), "Inverse tangent in degrees", ("atand(1::float8)", "45")),
        ScalarFunction.OfRows(
            "atan2d", [SqlType.DoublePrecision, SqlType.DoublePrecision], SqlType.DoublePrecision, static row => row.Set(Snap(Math.Atan2(row.Double(0), row.Double(1)) / Degree)), "Inverse tangent of y / x in degrees",
            ("atan2d(1::float8, 1::float8)", "45")),
        Of("asinh", Math.Asinh, "Inverse hyperbolic sine", ("asinh(0::float8)", "0")),
        Of("acosh", static x => x < 1 ? throw ExecutionErrors.InputOutOfRange() : Math.Acosh(x), "Inverse hyperbolic cosine", ("acosh(1::float8)", "0")),
        Of("atanh", static x => x is < -1 or > 1 ? throw ExecutionErrors.InputOutOfRange() : Math.Atanh(x), "Inverse hyperbolic tangent", ("atanh(0::float8)", "0")),
    ];

    private static ScalarFunction Of(string name, Func<double, double> compute, string description, params (string, string)[] examples) =>
        ScalarFunction.OfFailingRows(name, [SqlType.DoublePrecision], SqlType.DoublePrecision, row => row.Set(compute(row.Double(0))), description, examples);

    private static double InRange(double x) => x is < -1 or > 1 ? throw ExecutionErrors.InputOutOfRange() : x;

    private static double Sine(double degrees)
    {
        if (double.IsInfinity(degrees))
        {
            throw ExecutionErrors.InputOutOfRange();
        }

        double x = degrees % 360;
        x = x > 180 ? x - 360 : x < -180 ? x + 360 : x;
        x = x > 90 ? 180 - x : x < -90 ? -180 - x : x;
        return x switch
        {
            0 => 0,
            30 => 0.5,
            -30 => -0.5,
            90 => 1,
            -90 => -1,
            _ => Math.Sin(x * Degree),
        };
    }

    private static double Tangent(double degrees) => (Math.Abs(degrees) % 180) switch
    {
        45 => degrees > 0 ? 1 : -1,
        135 => degrees > 0 ? -1 : 1,
        0 => 0,
        _ => Sine(degrees) / Sine(90 - (Math.Abs(degrees) % 360)),
    };

    /// <summary>A whole number of degrees that is missed by rounding alone.</summary>
    private static double Snap(double degrees) => Math.Round(degrees) is var whole && Math.Abs(whole - degrees) < 1e-13 ? whole : degrees;
}
