using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Scalar.Numbers;

/// <summary>Roots, powers, logarithms, trigonometry, in double precision.</summary>
internal static class Elementary
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Of("sqrt", static x => x < 0 ? throw ExecutionErrors.InvalidPower("cannot take square root of a negative number") : Math.Sqrt(x), "Square root", ("sqrt(2::float8)", "1.4142135623730951")),
        Of("cbrt", Math.Cbrt, "Cube root", ("cbrt(8::float8)", "2")),
        Of("|/", static x => x < 0 ? throw ExecutionErrors.InvalidPower("cannot take square root of a negative number") : Math.Sqrt(x), "Square root", ("|/ 25.0", "5")),
        Of("||/", Math.Cbrt, "Cube root", ("||/ 64", "4")),
        Of("exp", static x => Checked(Math.Exp(x), x), "e to the power of x", ("exp(0::float8)", "1")),
        Of("ln", static x => Logarithm(x, Math.Log), "Natural logarithm", ("ln(1::float8)", "0")),
        Of("log", static x => Logarithm(x, Math.Log10), "Logarithm to base 10", ("log(1000::float8)", "3")),
        Of("log10", static x => Logarithm(x, Math.Log10), "Logarithm to base 10", ("log10(1000::float8)", "3")),
        Two("power", Power, "First argument to the power of the second", ("power(2::float8, 10::float8)", "1024")),
        Two("pow", Power, "First argument to the power of the second"),
        Two("^", Power, "First argument to the power of the second", ("2::float8 ^ 3::float8", "8")),
        Of("degrees", static x => x * (180 / Math.PI), "Radians to degrees", ("degrees(0::float8)", "0")),
        Of("radians", static x => x * (Math.PI / 180), "Degrees to radians", ("radians(180::float8)", "3.141592653589793")),
        Of("sin", static x => Finite(x, Math.Sin), "Sine", ("sin(0::float8)", "0")),
        Of("cos", static x => Finite(x, Math.Cos), "Cosine", ("cos(0::float8)", "1")),
        Of("tan", static x => Finite(x, Math.Tan), "Tangent"),
        Of("cot", static x => Finite(x, static y => 1 / Math.Tan(y)), "Cotangent"),
        Of("asin", static x => x is < -1 or > 1 ? throw ExecutionErrors.InputOutOfRange() : Math.Asin(x), "Inverse sine"),
        Of("acos", static x => x is < -1 or > 1 ? throw ExecutionErrors.InputOutOfRange() : Math.Acos(x), "Inverse cosine"),
        Of("atan", Math.Atan, "Inverse tangent"),
        Two("atan2", Math.Atan2, "Inverse tangent of y / x", ("atan2(0::float8, 1::float8)", "0")),
        Of("sinh", Math.Sinh, "Hyperbolic sine"),
        Of("cosh", Math.Cosh, "Hyperbolic cosine"),
        Of("tanh", Math.Tanh, "Hyperbolic tangent"),
        ScalarFunction.OfRows("pi", [], SqlType.DoublePrecision, static row => row.Set(Math.PI), "π", ("pi()", "3.141592653589793")),
    ];

    private static ScalarFunction Of(string name, Func<double, double> compute, string description, params (string, string)[] examples) =>
        ScalarFunction.OfDouble(name, mayFail: true, compute, description, examples);

    private static ScalarFunction Two(string name, Func<double, double, double> compute, string description, params (string, string)[] examples) =>
        ScalarFunction.OfDoubles(name, compute, description, examples);

    private static double Checked(double result, double input) =>
        double.IsInfinity(result) && double.IsFinite(input) ? throw ExecutionErrors.FloatOverflow() : result == 0 && double.IsFinite(input) ? throw ExecutionErrors.FloatUnderflow() : result;

    private static double Finite(double x, Func<double, double> compute) => double.IsInfinity(x) ? throw ExecutionErrors.InputOutOfRange() : compute(x);

    private static double Logarithm(double x, Func<double, double> compute) => x switch
    {
        0 => throw ExecutionErrors.InvalidLogarithm("cannot take logarithm of zero"),
        < 0 => throw ExecutionErrors.InvalidLogarithm("cannot take logarithm of a negative number"),
        _ => compute(x),
    };

    private static double Power(double x, double y)
    {
        if (x == 0 && y < 0)
        {
            throw ExecutionErrors.InvalidPower("zero raised to a negative power is undefined");
        }

        if (x < 0 && y != Math.Floor(y) && double.IsFinite(x))
        {
            throw ExecutionErrors.InvalidPower("a negative number raised to a non-integer power yields a complex result");
        }

        double result = Math.Pow(x, y);
        return double.IsInfinity(result) && double.IsFinite(x) && double.IsFinite(y) ? throw ExecutionErrors.FloatOverflow() : result;
    }
}
