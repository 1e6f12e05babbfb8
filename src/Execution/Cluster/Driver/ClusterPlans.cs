using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Cluster.Driver;

/// <summary>Tells plans that other processes can run, with the same answer, from those that need what only this one has.</summary>
/// <remarks>
/// A plan travels when it reads files and nothing else. Tables in memory, system catalogs, functions and types that ask the session's catalog, and volatile functions
/// (random numbers follow from the session's seed, sequences and waiting belong here) stay.
/// </remarks>
public static class ClusterPlans
{
    /// <param name="plan">A physical plan.</param>
    /// <param name="tables">Knows which tables are files.</param>
    public static bool CanTravel(ExecPlan plan, ITableReferences tables)
    {
        bool readsFiles = false;
        return CanTravel(plan, tables, ref readsFiles) && readsFiles;
    }

    private static bool CanTravel(ExecPlan plan, ITableReferences tables, ref bool readsFiles)
    {
        if (plan is ScanExec scan)
        {
            if (tables.ReferenceTo(scan.Table) is not TableReference.OfFiles)
            {
                return false;
            }

            readsFiles = true;
        }

        foreach (Expression expression in PlanExpressions.Of(plan))
        {
            if (!CanTravel(expression))
            {
                return false;
            }
        }

        foreach (ExecPlan child in plan.Children)
        {
            if (!CanTravel(child, tables, ref readsFiles))
            {
                return false;
            }
        }

        return true;
    }

    private static bool CanTravel(Expression expression)
    {
        bool isOwn = expression switch
        {
            Call call => call.Function is SessionFunction || call.Function.Volatility == Volatility.Volatile || call.Function.Waits,
            AggregateCall call => call.Function is SessionFunction || call.Function.Volatility == Volatility.Volatile,
            _ => false,
        };
        if (isOwn || expression.Type.Kind == TypeKind.Oid)
        {
            return false;
        }

        foreach (Expression child in expression.Children)
        {
            if (!CanTravel(child))
            {
                return false;
            }
        }

        return true;
    }
}
