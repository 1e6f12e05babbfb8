using System.Text;

namespace SqlCluster.Server.Hosting;

/// <summary>Asks for a password on the terminal, without showing what is typed.</summary>
public static class PasswordPrompt
{
    /// <summary>Whether there is somebody to ask.</summary>
    public static bool IsPossible => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    public static string Ask(string prompt)
    {
        // Has the framework take the terminal over, so that it shows nothing of what is typed from the prompt on, quick as the typist may be.
        _ = Console.KeyAvailable;
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (key.KeyChar != '\0')
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
