using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.PgCatalog;

namespace SqlCluster.Server.Sessions;

/// <summary>Tells queries that read nothing but the system catalogs, or nothing at all: they do not wait behind those that read tables (CLIENTS.md B7, G18).</summary>
internal static class CatalogQueries
{
    /// <summary>Resolves a statement's names to see what it reads; costs what an analysis does, so it is asked only when the statement would have to wait.</summary>
    public static bool Includes(Statement statement, Session session)
    {
        if (statement is not QueryStatement query)
        {
            return false;
        }

        try
        {
            return ReadsOnlyCatalog(session.Pipeline.AnalyzeTyped(query.Query, []).Plan);
        }
        catch (QueryException)
        {
            // It says so when its turn has come.
            return false;
        }
    }

    /// <summary>Rows that functions make count as a table, unless the catalogs are read with them: catalog queries take arrays apart.</summary>
    private static bool ReadsOnlyCatalog(LogicalPlan plan)
    {
        bool readsCatalog = false, readsOther = false, makesRows = false;
        plan.ForEachWithSubqueries(node =>
        {
            readsCatalog |= node is Scan { Table: SystemTable };
            readsOther |= node is Scan { Table: not SystemTable };
            makesRows |= node is TableFunctionScan;
        });
        return !readsOther && (readsCatalog || !makesRows);
    }
}
