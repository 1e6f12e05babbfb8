using System.Globalization;

namespace SqlCluster.Bench.Suites.Load;

/// <summary>Lines of what was measured and what it should be.</summary>
internal sealed class LoadReport
{
    private bool _hasMissed;

    /// <summary>1 once a goal was missed.</summary>
    public int ExitCode => _hasMissed ? 1 : 0;

    /// <summary>Prints a measurement that must not exceed its goal.</summary>
    public void AtMost(string what, double value, double goal, string unit, string more = "")
    {
        bool isMet = value <= goal;
        _hasMissed |= !isMet;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(isMet ? "✓" : "✗")} {what,-62} {value,9:0.##} {unit,-4} goal {goal,6:0.##}   {more}"));
    }

    /// <summary>Prints a measurement without a goal.</summary>
    public static void Note(string what, string value) => Console.WriteLine($"  {what,-62} {value}");
}
