using System.Collections.Immutable;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;

namespace SqlCluster.Server.Transactions;

/// <summary>What a transaction has done to the names of a database.</summary>
/// <param name="Base">The committed state that it changes.</param>
/// <param name="Own">That state with the changes.</param>
/// <param name="Keys">The names that were changed.</param>
internal sealed record CatalogChange(CatalogState Base, CatalogState Own, ImmutableHashSet<CatalogKey> Keys)
{
    public CatalogChange With(CatalogState own, ReadOnlySpan<CatalogKey> keys)
    {
        ImmutableHashSet<CatalogKey> all = Keys;
        foreach (CatalogKey key in keys)
        {
            all = all.Add(key);
        }

        return this with { Own = own, Keys = all };
    }

    /// <summary>The same changes of a later committed state.</summary>
    /// <exception cref="QueryException">40001: others have changed one of the names, or dropped its schema.</exception>
    public CatalogChange Rebase(CatalogState committed)
    {
        if (ReferenceEquals(committed, Base))
        {
            return this;
        }

        CatalogState own = committed;
        foreach (CatalogKey key in Keys.OrderBy(static key => key.Kind))
        {
            if (!committed.Agrees(key, Base))
            {
                throw TransactionErrors.ConcurrentUpdate();
            }

            try
            {
                own = own.Adopt(key, Own);
            }
            catch (QueryException error) when (error.SqlState == "3F000")
            {
                throw TransactionErrors.ConcurrentUpdate();
            }
        }

        return new CatalogChange(committed, own, Keys);
    }
}
