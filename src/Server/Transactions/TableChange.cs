using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.Transactions;

/// <summary>What a transaction has done to a table's rows. Holds its versions; a change of the change is another one.</summary>
/// <remarks><code>
/// rows added only       Replaced: null         seen: the committed rows, then Own
/// rows changed          Replaced: version 7    seen: Own, then what others have added to version 7 since
/// </code></remarks>
/// <param name="Replaced">The committed version in whose place <paramref name="Own"/> is; null: Own is added to whatever is committed.</param>
/// <param name="Own">Rows of the transaction.</param>
internal sealed record TableChange(TableVersion? Replaced, TableVersion Own)
{
    /// <summary>What the table's rows are when this change is made to a committed version; to be released.</summary>
    /// <exception cref="Parser.Errors.QueryException">40001: the version is not one with rows added to the one that was replaced.</exception>
    public TableVersion ApplyTo(TableVersion committed) =>
        Replaced == null ? Own.AddTo(committed)
        : committed.Extends(Replaced) ? committed.AddTo(Own, Replaced)
        : throw TransactionErrors.ConcurrentUpdate();

    public TableChange Retain()
    {
        Replaced?.Retain();
        Own.Retain();
        return this;
    }

    public void Release()
    {
        Replaced?.Release();
        Own.Release();
    }
}
