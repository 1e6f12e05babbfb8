using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

// slt FILE... [--update] [--set NAME=VALUE]... [--executors N]
var files = new List<string>();
var settings = new Dictionary<string, string>();
bool update = false;
int executors = 0;
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--update")
    {
        update = true;
    }
    else if (args[i] == "--set" && i + 1 < args.Length)
    {
        string[] parts = args[++i].Split('=', 2);
        settings[parts[0]] = parts[1];
    }
    else if (args[i] == "--executors" && i + 1 < args.Length)
    {
        executors = int.Parse(args[++i], System.Globalization.CultureInfo.InvariantCulture);
    }
    else
    {
        files.Add(args[i]);
    }
}

if (files.Count == 0)
{
    Console.Error.WriteLine("usage: slt FILE... [--update] [--set NAME=VALUE]... [--executors N]");
    return 2;
}

int failed = 0, total = 0;
foreach (string path in files)
{
    SltFile file = SltFile.Read(path);
    if (update)
    {
        await SltUpdate.UpdateAsync(file, settings);
        continue;
    }

    var runner = new SltRunner(settings, executors: executors);
    IReadOnlyList<SltFailure> failures = await runner.RunAsync(file);
    total += runner.RecordCount;
    failed += failures.Count;
    foreach (SltFailure failure in failures)
    {
        Console.WriteLine(failure);
    }
}

Console.WriteLine($"{total - failed} passed, {failed} failed");
return failed == 0 ? 0 : 1;
