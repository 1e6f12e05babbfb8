using System.Diagnostics;
using System.Text;

namespace SqlCluster.SqlCli.Tests;

/// <summary>The program on a terminal of 28 rows and 90 columns, which util-linux's script provides; keys go in, a screen comes out.</summary>
internal sealed class TerminalSession : IAsyncDisposable
{
    /// <summary>What tests say when they skip.</summary>
    public const string Missing = "script (util-linux) is not installed";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Process _process;
    private readonly ScreenEmulator _screen = new(90, 28);
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _raw = new();

    public TerminalSession(TestFolder state, params string[] args)
    {
        var start = new ProcessStartInfo("script") { RedirectStandardInput = true, RedirectStandardOutput = true };
        // A shell starts what it runs in the background with SIGINT ignored, and children inherit that: not here, where Ctrl-C is typed.
        foreach (string arg in (string[])["-qfec", $"stty rows 28 cols 90; exec env --default-signal=INT {CliProcess.Command(args)}", "/dev/null"])
        {
            start.ArgumentList.Add(arg);
        }

        start.Environment["XDG_STATE_HOME"] = state.Path;
        start.Environment["TERM"] = "xterm";
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment.Remove("NO_COLOR");
        start.Environment.Remove("EDITOR");
        start.Environment.Remove("VISUAL");
        _process = Process.Start(start)!;
    }

    public static bool IsPossible { get; } = File.Exists("/usr/bin/script");

    /// <summary>Everything that was sent, with its escape sequences.</summary>
    public string Raw => _raw.ToString();

    /// <summary>The screen's rows and those that have scrolled away, as one text.</summary>
    public string Text => string.Join('\n', _screen.Lines);

    /// <summary>The row of the cursor, and what is below it.</summary>
    public string Last => _screen.Lines[^1];

    /// <summary>Presses keys, then waits until the screen is as it should be.</summary>
    public async Task SendAsync(string keys, Func<TerminalSession, bool> until)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(keys);
        await _process.StandardInput.BaseStream.WriteAsync(bytes);
        await _process.StandardInput.BaseStream.FlushAsync();
        await WaitAsync(until);
    }

    public async Task WaitAsync(Func<TerminalSession, bool> until)
    {
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(Patience);
        while (!until(this))
        {
            int count;
            try
            {
                count = await _process.StandardOutput.BaseStream.ReadAsync(buffer, limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new Xunit.Sdk.XunitException($"the screen did not get as expected:\n{Text}");
            }

            if (count == 0)
            {
                throw new Xunit.Sdk.XunitException($"the program ended:\n{Text}");
            }

            var chars = new char[4096];
            string text = new(chars, 0, _decoder.GetChars(buffer, 0, count, chars, 0));
            _raw.Append(text);
            _screen.Write(text);
        }
    }

    /// <summary>Presses keys that end the program.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
        Task<string> rest = _process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        _screen.Write(await rest);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
