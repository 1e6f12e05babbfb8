namespace SqlCluster.SqlCli.Repl;

/// <summary>The terminal that the program runs on.</summary>
internal sealed class Terminal : IDisposable
{
    public Terminal() => Console.TreatControlCAsInput = true;

    /// <summary>Columns; at least 20, so that layouts need no special case.</summary>
    public int Width => Math.Max(20, Console.WindowWidth);

    public int Height => Math.Max(5, Console.WindowHeight);

    /// <summary>NO_COLOR (no-color.org) switches colors off.</summary>
    public bool HasColors { get; } = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether a key was pressed that was not read yet.</summary>
    public bool HasKey => Console.KeyAvailable;

    /// <summary>Whether the terminal understands cursor movements.</summary>
    public static bool IsCapable => Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } name && name != "dumb";

    public ConsoleKeyInfo ReadKey() => Console.ReadKey(intercept: true);

    public void Write(string text)
    {
        Console.Out.Write(text);
        Console.Out.Flush();
    }

    /// <summary>Ctrl-C is a signal until the result is disposed: a statement runs, not the editor.</summary>
    public IDisposable AllowInterrupts() => new Mode(isKey: false);

    /// <summary>Ctrl-C is a key again until the result is disposed.</summary>
    public IDisposable ReadKeys() => new Mode(isKey: true);

    public void Dispose() => Console.TreatControlCAsInput = false;

    private sealed class Mode : IDisposable
    {
        private readonly bool _before = Console.TreatControlCAsInput;

        public Mode(bool isKey) => Console.TreatControlCAsInput = isKey;

        public void Dispose() => Console.TreatControlCAsInput = _before;
    }
}
