using System.Reflection;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.Hosting;

/// <summary>Loads the assemblies that our own refer to before clients come, where file handles are few.</summary>
/// <remarks>
/// An assembly stays open in two handles. One that cannot be loaded when it is needed leaves whatever needed it broken for the rest of the process: a type's failed initializer is remembered. What the
/// framework loads for itself comes out of the runtime's share (<see cref="FileHandles"/>).
/// </remarks>
internal static class AssembliesAhead
{
    /// <summary>From this limit on the runtime's share is larger than all assemblies together.</summary>
    private const int EnoughHandles = 8192;

    private const int HandlesEach = 2;

    /// <param name="sparedHandles">How many handles may be taken.</param>
    public static void LoadWhereHandlesAreFew(int sparedHandles)
    {
        if (FileHandles.Limit >= EnoughHandles)
        {
            return;
        }

        HashSet<string> seen = [.. AppDomain.CurrentDomain.GetAssemblies().Select(static assembly => assembly.GetName().Name!)];
        var waiting = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(IsOurs));
        while (waiting.TryDequeue(out Assembly? assembly))
        {
            foreach (AssemblyName reference in assembly.GetReferencedAssemblies().Where(reference => seen.Add(reference.Name!)))
            {
                sparedHandles -= HandlesEach;
                if (sparedHandles < 0)
                {
                    return;
                }

                if (TryLoad(reference) is { } loaded && IsOurs(loaded))
                {
                    waiting.Enqueue(loaded);
                }
            }
        }
    }

    private static bool IsOurs(Assembly assembly) => assembly == typeof(AssembliesAhead).Assembly || assembly.GetName().Name!.StartsWith(nameof(SqlCluster) + ".", StringComparison.Ordinal);

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception error) when (error is IOException or BadImageFormatException)
        {
            return null;        // it will be missed where it is needed, or never
        }
    }
}
