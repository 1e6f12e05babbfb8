using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.Sessions;

/// <summary>What a plan was made from. It may be used again as long as the session's settings, the executors, the relations behind its names and their sizes are the same.</summary>
/// <remarks>
/// Names are looked up again rather than counted by a version of the catalog: a lookup costs less than a microsecond, and it sees temporary tables, the
/// search path and other sessions' changes alike.
/// </remarks>
internal sealed class PlanDependencies(int settingsVersion, int executors)
{
    private readonly List<Lookup> _lookups = [];

    /// <summary>Whether the plan holds something that is only true now: the statement's time, the contents of a file, the result of a stable function.</summary>
    public bool IsMomentary { get; private set; }

    /// <summary>Notes that the plan holds something that is only true now.</summary>
    public void BindToMoment() => IsMomentary = true;

    /// <summary>Notes what a name stood for.</summary>
    public void Add(IReadOnlyList<string> nameParts, Relation? relation) => _lookups.Add(new Lookup([.. nameParts], relation, Rows(relation)));

    /// <summary>Tells whether everything is as it was.</summary>
    public bool Hold(Session session)
    {
        if (IsMomentary || settingsVersion != session.Settings.PlanVersion || executors != session.Engine.ExecutorCount)
        {
            return false;
        }

        foreach (Lookup lookup in _lookups)
        {
            Relation? now = session.Catalog.Find(lookup.NameParts);
            if (!ReferenceEquals(now, lookup.Relation) || !IsAlike(lookup.Rows, Rows(now)))
            {
                return false;
            }
        }

        return true;
    }

    private static long Rows(Relation? relation) => relation is Relation.OfTable { Table: MemoryTable table } ? table.RowCount : 0;

    /// <summary>Tells whether a plan for so many rows is still a good one.</summary>
    private static bool IsAlike(long planned, long now) => now <= (2 * planned) + 1000 && planned <= (2 * now) + 1000;

    private sealed record Lookup(string[] NameParts, Relation? Relation, long Rows);
}

/// <summary>The session's catalog, noting what a plan takes from it.</summary>
internal sealed class RecordingCatalog(ICatalog catalog, PlanDependencies dependencies) : ICatalog
{
    public Relation? Find(IReadOnlyList<string> nameParts)
    {
        Relation? relation = catalog.Find(nameParts);
        dependencies.Add(nameParts, relation);
        return relation;
    }

    public ITable OpenFile(string path)
    {
        dependencies.BindToMoment();
        return catalog.OpenFile(path);
    }

    public ITable? CallTableFunction(string name, IReadOnlyList<Literal> arguments, IReadOnlyDictionary<string, Literal> namedArguments)
    {
        ITable? table = catalog.CallTableFunction(name, arguments, namedArguments);
        if (table != null)
        {
            dependencies.BindToMoment();
        }

        return table;
    }

    public IReadOnlyList<string> SimilarNames(IReadOnlyList<string> nameParts) => catalog.SimilarNames(nameParts);
}

/// <summary>Folds constants, noting those whose value depends on more than the session's settings.</summary>
internal sealed class RecordingEvaluator(IConstantEvaluator evaluator, PlanDependencies dependencies) : IConstantEvaluator
{
    public Literal Evaluate(Expression expression)
    {
        if (!dependencies.IsMomentary && expression.Any(IsMomentary))
        {
            dependencies.BindToMoment();
        }

        return evaluator.Evaluate(expression);
    }

    /// <summary>Stable functions, and texts that may say 'now'.</summary>
    private static bool IsMomentary(Expression expression) => expression switch
    {
        Call call => call.Function.Volatility != Volatility.Immutable,
        Cast cast => cast.Input.Type.IsText && !(cast.Target.IsText || cast.Target.IsNumber),
        _ => false,
    };
}
