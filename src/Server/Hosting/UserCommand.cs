using System.CommandLine;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.Hosting;

/// <summary>sqlcluster user: who may log in. Passwords come from a prompt or from standard input, never from the command line, where other users of the machine see them.</summary>
internal static class UserCommand
{
    public static Command Create()
    {
        var add = new Command("add", "Adds a user; asks for the password, or reads one line of standard input");
        var password = new Command("password", "Gives a user a new password");
        var remove = new Command("remove", "Removes a user; sessions that are open stay open");
        var list = new Command("list", "Names of all users");
        Define(add, static (store, name, iterations) => store.Find(name) == null ? SetPassword(store, name, iterations) : throw new ConfigurationException($"user \"{name}\" is there already"));
        Define(password, static (store, name, iterations) => store.Find(name) != null ? SetPassword(store, name, iterations) : throw new ConfigurationException($"there is no user \"{name}\""));
        var yes = new Option<bool>("--yes", "-y") { Description = "Does not ask whether that is meant" };
        remove.Add(yes);
        Define(remove, static (store, name, _) => store.Remove(name) ? 0 : throw new ConfigurationException($"there is no user \"{name}\""), false, yes);
        var flags = new ConfigurationFlags(list, "users_file");
        list.SetAction(parsed => Run(() =>
        {
            foreach (string name in UserStore.Open(File(flags, parsed)).Names)
            {
                Console.Out.WriteLine(name);
            }

            return 0;
        }));
        return new Command("user", "Adds, removes and lists the users of a server; a running server takes changes up at once") { add, password, remove, list };
    }

    private static void Define(Command command, Func<UserStore, string, int, int> run, bool asksPassword = true, Option<bool>? yes = null)
    {
        var name = new Argument<string>("NAME") { Description = "1 to 63 characters, no colon" };
        var iterations = new Option<int>("--iterations") { Description = "Rounds of the verifier", DefaultValueFactory = static _ => ScramVerifier.DefaultIterations };
        command.Add(name);
        if (asksPassword)
        {
            command.Add(iterations);
        }

        var flags = new ConfigurationFlags(command, "users_file");
        command.SetAction(parsed => Run(() =>
        {
            UserStore store = UserStore.OpenOrCreate(File(flags, parsed));
            if (store.IsExposed)
            {
                Console.Error.WriteLine("warning: others may read the user file, and guess passwords from it: chmod 600");
            }

            return yes == null || parsed.GetValue(yes) || IsMeant(parsed.GetValue(name)!) ? run(store, parsed.GetValue(name)!, asksPassword ? parsed.GetValue(iterations) : ScramVerifier.DefaultIterations) : 1;
        }));
    }

    private static string File(ConfigurationFlags flags, ParseResult parsed) =>
        flags.Load(parsed)["users_file"] is { Length: > 0 } file ? file : throw new ConfigurationException("which file? Give --users-file, SQLCLUSTER_USERS_FILE, or users_file in the configuration");

    private static int Run(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (Exception error) when (error is ConfigurationException or ArgumentException)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }
        catch (Exception error) when (error is Parser.Errors.QueryException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static int SetPassword(UserStore store, string name, int iterations)
    {
        string password = Console.IsInputRedirected ? Console.In.ReadLine() ?? "" : AskTwice();
        if (password.Length == 0)
        {
            throw new ConfigurationException("the password is empty");
        }

        store.Put(name, ScramVerifier.Create(password, iterations));
        return 0;
    }

    /// <summary>Asks on a terminal; scripts have said what they mean.</summary>
    private static bool IsMeant(string user)
    {
        if (Console.IsInputRedirected)
        {
            return true;
        }

        Console.Error.Write($"Remove user {user}? [y/N] ");
        return Console.In.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private static string AskTwice()
    {
        string first = PasswordPrompt.Ask("Password: ");
        return first == PasswordPrompt.Ask("Again: ") ? first : throw new ConfigurationException("the two passwords are different");
    }
}
