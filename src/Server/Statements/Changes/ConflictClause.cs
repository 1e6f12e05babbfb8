using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>ON CONFLICT: what becomes of rows whose key is taken.</summary>
/// <remarks><code>
/// rows proposed  --  key is new:    inserted
///                    key is taken:  nothing, or the row that has it is updated by a query over it and the proposed row ("excluded")
/// </code></remarks>
internal sealed class ConflictClause
{
    private readonly OnConflict _clause;
    private readonly WrittenTable _target;
    private readonly IReadOnlyList<UniqueKey> _keys;
    private readonly IReadOnlyList<UniqueKey> _arbiters;
    private readonly Assignments? _assignments;

    private ConflictClause(OnConflict clause, WrittenTable target, IReadOnlyList<UniqueKey> keys, IReadOnlyList<UniqueKey> arbiters, Assignments? assignments)
    {
        _clause = clause;
        _target = target;
        _keys = keys;
        _arbiters = arbiters;
        _assignments = assignments;
    }

    /// <summary>Reads the clause.</summary>
    /// <exception cref="Parser.Errors.QueryException">42P10, 42704: no such key; 42601: DO UPDATE without one.</exception>
    public static ConflictClause Of(OnConflict clause, WrittenTable target, IReadOnlyList<UniqueKey> keys, Session session)
    {
        if (clause.Target == null && !clause.Assignments.IsEmpty)
        {
            throw StatementErrors.ConflictTargetNeeded(session.Pipeline.Position(clause));
        }

        return new ConflictClause(clause, target, keys, Arbiters(clause.Target, target, keys, session), clause.Assignments.IsEmpty ? null : Assignments.Of(clause.Assignments, target, session));
    }

    /// <summary>Decides on the proposed rows.</summary>
    /// <param name="proposed">The rows, whose keys are locked.</param>
    /// <param name="insert">The statement.</param>
    /// <param name="changes">Of the statement; takes the rows before their update.</param>
    /// <param name="session">Whose transaction.</param>
    /// <param name="cancellation">Ends the statement.</param>
    /// <returns>Rows inserted, and what others were updated to, in the order they were proposed in; the caller disposes it.</returns>
    public async Task<ChangedRows> DecideAsync(ChangedRows proposed, Insert insert, StatementChanges changes, Session session, CancellationToken cancellation)
    {
        TableChanges own = changes.Of(_target);
        own.Refresh();        // who held the keys has committed by now
        var decided = new ChangedRows(_target, [], changes);
        try
        {
            using TableRows places = Places(Match(proposed, own, cancellation), session);
            await FillAsync(decided, own, proposed, places, insert, session, cancellation).ConfigureAwait(false);
            await UniqueKeys.LockAsync(_target, _keys, decided, session, cancellation).ConfigureAwait(false);
            await UniqueKeys.CheckAsync(_target, _keys, decided, own, session, cancellation).ConfigureAwait(false);
            return decided;
        }
        catch
        {
            decided.Dispose();
            throw;
        }
    }

    /// <summary>The proposed rows that are inserted (no stored row) or update a stored one.</summary>
    /// <exception cref="Parser.Errors.QueryException">21000: two proposed rows have one key, or another part of the statement has given a row the key.</exception>
    private List<(long Proposed, long? Stored)> Match(ChangedRows proposed, TableChanges own, CancellationToken cancellation)
    {
        var hit = new long?[proposed.Count];
        var isRepeated = new bool[proposed.Count];
        MatchAdded(proposed, own, isRepeated, cancellation);
        foreach (UniqueKey key in _arbiters)
        {
            var matcher = new KeyMatcher(key.Ordinals, proposed.Batches);
            foreach ((int row, long number) in matcher.In(own.Rows.Version, own.HasTaken ? own.Taken : null, cancellation))
            {
                hit[row] ??= number;
            }

            foreach ((int row, int first) in matcher.Repeated())
            {
                if (_assignments != null && hit[first] == null)
                {
                    throw StatementErrors.HitTwice();
                }

                isRepeated[row] |= hit[first] == null && !isRepeated[first];
            }
        }

        var places = new List<(long, long?)>();
        for (int i = 0; i < hit.Length; i++)
        {
            if (_assignments != null || (hit[i] == null && !isRepeated[i]))
            {
                places.Add((i, hit[i]));
            }
        }

        return places;
    }

    /// <summary>Finds the proposed rows whose key other parts of the statement have given to rows: they cannot be updated, and are left out where nothing is done about conflicts.</summary>
    private void MatchAdded(ChangedRows proposed, TableChanges own, bool[] isRepeated, CancellationToken cancellation)
    {
        if (!own.HasAdded)
        {
            return;
        }

        TableVersion added = own.Added();
        try
        {
            foreach (UniqueKey key in _arbiters)
            {
                foreach ((int row, _) in new KeyMatcher(key.Ordinals, proposed.Batches).In(added, null, cancellation))
                {
                    isRepeated[row] = _assignments == null ? true : throw StatementErrors.HitTwice();
                }
            }
        }
        finally
        {
            added.Release();
        }
    }

    private async Task FillAsync(ChangedRows decided, TableChanges own, ChangedRows proposed, TableRows places, Insert insert, Session session, CancellationToken cancellation)
    {
        using TableRows excluded = proposed.Show(true);
        using StandIns.StandIn excludedName = session.Catalog.StandIns.Add(excluded);
        using StandIns.StandIn placesName = session.Catalog.StandIns.Add(places);
        var joined = new JoinTable(
            JoinKind.Left,
            new JoinTable(JoinKind.Inner, placesName.As(new TableAlias(PlacesName)), excludedName.As(new TableAlias(ExcludedName)), new OnCondition(Equal(ExcludedName, Row, PlacesName, Proposed))),
            own.StandIn.As(insert.Table),
            new OnCondition(Equal(_target.Name, Row, PlacesName, Hit)));
        var isNew = new IsNullExpression(Column(PlacesName, Hit), false);
        SelectItem[] items = [.. Enumerable.Range(0, _target.Columns.Count).Select(ordinal => new SelectItem(ValueOf(ordinal, isNew)))];
        Expression? where = _clause.Where == null ? null : new LogicalExpression(LogicalOperator.Or, [isNew, _clause.Where]);
        Select given = new([ChangeQuery.RowOf(_target), .. items, new SelectItem(Column(PlacesName, Proposed))]) { From = [joined], Where = where };
        RequireAssignable(joined, insert.With, session);
        Query query = ChangeQuery.Stored(_target, given, true, 1, static (_, value) => value) with
        {
            With = insert.With,
            OrderBy = [new SortItem(new ColumnReference(new QualifiedName([ChangeQuery.BesideName(0)])))],
        };
        string[] checks = [.. ChangeQuery.Checks(_target).Select(static check => check.Name)];
        await decided.FillMixedAsync(session.Pipeline.Run(query, "INSERT", cancellation), own.Taken, StatementErrors.HitTwice, checks, cancellation).ConfigureAwait(false);
    }

    /// <summary>What a column becomes: the proposed value, or for a row that is there what is assigned or what it has.</summary>
    private Expression ValueOf(int ordinal, Expression isNew)
    {
        var name = new Identifier(_target.Columns[ordinal].Name, true);
        Expression has = Column(_target.Name, name);
        if (_assignments?.Includes(ordinal) == true)
        {
            has = _assignments.Stored(ordinal, _assignments.Items(_ => has).ElementAt(ordinal).Expression);
        }

        return new CaseExpression(null, [new CaseBranch(isNew, Column(ExcludedName, name))], has);
    }

    private void RequireAssignable(TableReference from, WithClause? with, Session session)
    {
        if (_assignments != null)
        {
            Select values = new([.. _assignments.Items(static _ => new NullLiteral())]) { From = [from], Place = SelectItemsPlace.Update };
            _assignments.RequireAssignable(session.Pipeline.Check(new Query(values) { With = with }), session);
            _assignments.RequirePartsAssignable([from], with, session);
        }
    }

    private static IReadOnlyList<UniqueKey> Arbiters(ConflictTarget? clause, WrittenTable target, IReadOnlyList<UniqueKey> keys, Session session)
    {
        if (clause == null)
        {
            return keys;
        }

        if (clause.Constraint is { Value: var name })
        {
            return [keys.FirstOrDefault(key => key.Name == name) ?? throw StatementErrors.NoConstraint(name, target.Table.Name)];
        }

        int[] ordinals = [.. clause.Keys.Select(key => key.Value is ColumnReference { Name: { IsSimple: true } column } ? Ordinal(column.Last.Value) : -1).Distinct().Order()];
        int Ordinal(string name) => target.Columns.Select(static (column, index) => (column.Name, index)).Where(column => column.Name == name).Select(static column => (int?)column.index).FirstOrDefault()
            ?? throw StatementErrors.MissingColumn(name, session.Pipeline.Position(clause));
        UniqueKey[] found = [.. keys.Where(key => key.Ordinals.Order().SequenceEqual(ordinals))];
        return found.Length > 0 ? found : throw StatementErrors.NoConflictTarget();
    }

    private static TableRows Places(List<(long Proposed, long? Stored)> places, Session session)
    {
        var table = new MemoryTable("places", [new TableColumn(Proposed.Value, SqlType.BigInt, false), new TableColumn(Hit.Value, SqlType.BigInt)]);
        using var loader = new RowLoader([SqlType.BigInt, SqlType.BigInt], session.Settings.ForExecution(session.Engine.MemoryLimitBytes));
        using MemoryTable.Writer writer = table.OpenWriter();
        foreach ((long proposed, long? stored) in places)
        {
            loader.SetValue(0, new Catalyst.Expressions.Literal(proposed, SqlType.BigInt));
            loader.SetValue(1, new Catalyst.Expressions.Literal(stored, SqlType.BigInt));
            loader.EndRow();
            if (loader.IsFull)
            {
                Write();
            }
        }

        Write();
        return new TableRows(table, TableVersion.Of(writer.Take()));

        void Write()
        {
            if (loader.Rows > 0)
            {
                writer.Append(loader.Build(out _, out _, out _)!);
                loader.Clear();
            }
        }
    }

    private static readonly Identifier ExcludedName = new("excluded");
    private static readonly Identifier PlacesName = new("\u0001places", true);
    private static readonly Identifier Proposed = new("\u0001proposed", true);
    private static readonly Identifier Hit = new("\u0001stored", true);
    private static readonly Identifier Row = new(TableRows.RowColumn, true);

    private static ColumnReference Column(Identifier relation, Identifier name) => new(new QualifiedName([relation, name]));

    private static BinaryExpression Equal(Identifier left, Identifier leftColumn, Identifier right, Identifier rightColumn) =>
        new(new OperatorName("="), Column(left, leftColumn), Column(right, rightColumn));
}
