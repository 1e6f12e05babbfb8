using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Scheduler;

/// <summary>Where the tasks of a query run.</summary>
internal enum TaskPlace
{
    /// <summary>On the executor's slots, a time slice after the other.</summary>
    Slots,
    /// <summary>On the thread that starts the query: their whole work takes less time than handing it to another one.</summary>
    Caller,
    /// <summary>On threads of their own: they wait rather than work (pg_sleep), which must hold up neither a slot nor the caller.</summary>
    OwnThreads,
}

/// <summary>Tells brief plans from others: rows made by the plan itself or held in small tables in memory, operators of which none waits for another task, and expressions of bounded cost.</summary>
/// <remarks>
/// A caller may be the thread that serves a connection's socket. Expressions that can make much out of little (repeat, regular expressions, conversions of documents)
/// belong to the slots however few the rows are.
/// </remarks>
internal static class BriefPlans
{
    /// <summary>Rows read in all.</summary>
    private const long MaxRows = 4096;

    private const int MaxTasks = 8;

    /// <summary>Expressions in all: making what evaluates more of them takes long, whatever the rows.</summary>
    private const int MaxExpressions = 10_000;

    /// <summary>Functions of text whose result is no longer than their arguments together.</summary>
    private static readonly HashSet<string> TextFunctions = new(StringComparer.Ordinal) { "||", "lower", "upper", "length", "substring", "substr", "left", "right", "btrim", "ltrim", "rtrim" };

    /// <param name="plan">The query.</param>
    /// <param name="cancellation">Ends the search in a plan of very many expressions: a query that will not run may have any place.</param>
    public static TaskPlace PlaceOf(StagePlan plan, CancellationToken cancellation)
    {
        var search = new Search { Cancellation = cancellation };
        int tasks = 0;
        bool isBrief = true;
        foreach (Stage stage in plan.Stages)
        {
            tasks += stage.Tasks;
            isBrief &= IsBrief(stage.Plan, ref search);
        }

        return search.Waits ? TaskPlace.OwnThreads
            : isBrief && search.Rows <= MaxRows && search.Expressions <= MaxExpressions && tasks <= MaxTasks ? TaskPlace.Caller
            : TaskPlace.Slots;
    }

    /// <summary>Adds the rows that a plan reads; false when it holds something that may take long.</summary>
    private static bool IsBrief(ExecPlan plan, ref Search search)
    {
        switch (plan)
        {
            case ValuesExec values:
                search.Rows += values.Rows.Count;
                bool isBrief = true;
                foreach (NodeList<Expression> row in values.Rows)
                {
                    isBrief &= search.Rows <= MaxRows && AreBrief(row, ref search);
                }

                return isBrief;
            case ScanExec { Table: MemoryTable table }:
                search.Rows += table.RowCount;
                return true;
            case ScanExec { Table: TableRows table }:
                search.Rows += table.Version.RowCount;
                return true;
            case ScanExec { Table: ComputedTable table }:
                search.Rows += table.Statistics.RowCount;
                return true;
            case ShuffleReadExec:
                return true;
            case UnionExec union:
                foreach (ExecPlan input in union.Inputs)
                {
                    if (!IsBrief(input, ref search))
                    {
                        return false;
                    }
                }

                return true;
            case FilterExec filter:
                return IsBrief(filter.Predicate, ref search) & IsBrief(filter.Input, ref search);
            case ProjectExec project:
                return AreBrief(project.Expressions, ref search) & IsBrief(project.Input, ref search);
            case HashAggregateExec aggregate:
                return AreBrief(aggregate.Keys, ref search) && AreBrief(aggregate.Calls, ref search) && IsBrief(aggregate.Input, ref search);
            case SortExec sort:
                return AreBrief(sort.Keys, ref search) && IsBrief(sort.Input, ref search);
            case TopNExec top:
                return AreBrief(top.Keys, ref search) && IsBrief(top.Input, ref search);
            case LimitExec or DistinctOnExec:
                return IsBrief(((UnaryExec)plan).Input, ref search);
            default:
                return false;
        }
    }

    private static bool AreBrief<T>(NodeList<T> expressions, ref Search search)
        where T : Expression
    {
        bool areBrief = true;
        foreach (T expression in expressions)
        {
            areBrief &= IsBrief(expression, ref search);
        }

        return areBrief;
    }

    private static bool AreBrief(NodeList<SortKey> keys, ref Search search)
    {
        bool areBrief = true;
        foreach (SortKey key in keys)
        {
            areBrief &= IsBrief(key.Expression, ref search);
        }

        return areBrief;
    }

    private static bool IsBrief(Expression expression, ref Search search)
    {
        search.Expressions++;
        bool isBrief = expression switch
        {
            InputReference or Literal or Parameter or Comparison or IsDistinctFrom or And or Or or Not or IsNull or IsTruth or InList or Case or Coalesce => true,
            Cast cast => IsFixed(cast.Target) || cast.Target.IsText,
            Call call => IsBrief(call),
            AggregateCall { OrderBy.IsEmpty: true } aggregate => IsFixed(aggregate.Type),
            _ => false,
        };
        if (expression is Call { Function.Waits: true })
        {
            search.Waits = true;
        }

        foreach (Expression child in expression.Children)
        {
            if (search.Expressions > MaxExpressions && search.Cancellation.IsCancellationRequested)
            {
                return false;
            }

            isBrief &= IsBrief(child, ref search);
        }

        return isBrief;
    }

    private static bool IsBrief(Call call)
    {
        if (call.Arguments.IsEmpty || TextFunctions.Contains(call.Function.Name))
        {
            return true;
        }

        if (call.Function.Volatility == Volatility.Volatile || call.Function is Functions.SessionFunction || !IsFixed(call.Type))
        {
            return false;
        }

        foreach (Expression argument in call.Arguments)
        {
            if (!IsFixed(argument.Type))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsFixed(SqlType type) => type.IsNumber || type.IsDateTime || type.Kind is TypeKind.Boolean or TypeKind.Interval or TypeKind.Uuid or TypeKind.Oid;

    /// <summary>What was found in a plan so far.</summary>
    private struct Search
    {
        public long Rows;
        public int Expressions;
        public bool Waits;

        public CancellationToken Cancellation { get; init; }
    }
}
