using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>MERGE: the source joined with the numbered rows of the table; each pair goes the way of the first WHEN that fits.</summary>
/// <remarks><code>
/// way of a row    CASE WHEN matched AND condition 1 THEN 1 WHEN not matched AND condition 2 THEN 2 … ELSE 0 END
/// value stored    CASE way WHEN 1 THEN value of WHEN 1 … END
/// </code></remarks>
internal static class MergeStatement
{
    private static readonly Identifier RowName = new(TableRows.RowColumn, true);

    public static async Task<StatementResult> RunAsync(Merge merge, StatementChanges changes, Session session, CancellationToken cancellation)
    {
        (WrittenTable target, Query? deleting, Query storing) = Read(merge, changes, session);
        TableChanges own = changes.Of(target);
        long before = own.Taken.Count;
        using var changed = new ChangedRows(target, [], changes);
        if (deleting != null)
        {
            await TakeAsync(session.Pipeline.Run(deleting, "MERGE", cancellation), own.Taken, changes, cancellation).ConfigureAwait(false);
        }

        string[] checks = [.. ChangeQuery.Checks(target).Select(static check => check.Name)];
        await changed.FillMixedAsync(session.Pipeline.Run(storing, "MERGE", cancellation), own.Taken, StatementErrors.MergedTwice, checks, cancellation).ConfigureAwait(false);
        IReadOnlyList<UniqueKey> keys = UniqueKeys.Of(target, session);
        if (keys.Count > 0 && changed.Count > 0)
        {
            await UniqueKeys.LockAsync(target, keys, changed, session, cancellation).ConfigureAwait(false);
            await UniqueKeys.CheckAsync(target, keys, changed, own, session, cancellation).ConfigureAwait(false);
        }

        long deleted = own.Taken.Count - before - changed.Replacing;
        own.Add(changed);
        return new StatementResult.Command($"MERGE {changed.Count + deleted}");
    }

    /// <summary>The queries that the rows come from: those deleted, if any can be, and those stored.</summary>
    public static IReadOnlyList<Query> QueriesOf(Merge merge, StatementChanges changes, Session session)
    {
        (_, Query? deleting, Query storing) = Read(merge, changes, session);
        return deleting == null ? [storing] : [deleting, storing];
    }

    private static (WrittenTable Target, Query? Deleting, Query Storing) Read(Merge merge, StatementChanges changes, Session session)
    {
        if (!merge.Returning.IsEmpty || merge.Branches.Any(static branch => branch.Match == MergeMatch.NotMatchedBySource))
        {
            throw Execution.ExecutionErrors.Unsupported("MERGE with RETURNING or NOT MATCHED BY SOURCE");
        }

        CheckReachable(merge, session);
        if (session.Catalog.Find([.. merge.Target.Name.Parts.Select(static part => part.Value)]) is Catalyst.Catalog.Relation.OfView)
        {
            throw StatementErrors.MergeIntoView(merge.Target.Name.Last.Value);
        }

        var target = WrittenTable.Of(merge.Target, session);
        if (OtherTables.NamesOf(merge.Source).Any(name => name.Value == target.Name.Value))
        {
            throw StatementErrors.MergedWithItself(target.Name.Value);
        }

        Branch[] branches = [.. merge.Branches.Select(branch => Branch.Of(branch, target, session))];
        bool inserts = branches.Any(static branch => branch.IsInsert);
        var joined = new JoinTable(inserts ? JoinKind.Left : JoinKind.Inner, merge.Source, changes.Of(target).StandIn.As(merge.Target), new OnCondition(merge.Condition));
        foreach (Branch branch in branches)
        {
            branch.RequireAssignable(merge.Source, changes.Of(target).StandIn.As(merge.Target), merge.With, session);
        }

        Query? deleting = null;
        if (branches.Any(static branch => branch.IsDelete))
        {
            Select given = new([ChangeQuery.RowOf(target)]) { From = [joined], Where = Goes(target, branches, static branch => branch.IsDelete) };
            deleting = new Query(given) { With = merge.With };
        }

        SelectItem[] items = [.. Enumerable.Range(0, target.Columns.Count).Select(ordinal => new SelectItem(ValueOf(target, branches, ordinal)))];
        Select stored = new([ChangeQuery.RowOf(target), .. items]) { From = [joined], Where = Goes(target, branches, static branch => branch.IsUpdate || branch.IsInsert) };
        return (target, deleting, ChangeQuery.Stored(target, stored, true, 0, static (_, value) => value) with { With = merge.With });
    }

    /// <summary>A query in which each parameter has the type that it has in the statement.</summary>
    public static Query Typed(Merge merge, Func<Expression, string, Expression> typed, IReadOnlyList<string> columns)
    {
        var items = new List<SelectItem> { new(new NullLiteral()) };
        foreach (MergeWhen branch in merge.Branches)
        {
            if (branch.Condition is { } condition)
            {
                items.Add(new SelectItem(condition));
            }

            switch (branch.Action)
            {
                case MergeUpdate update:
                    items.AddRange(update.Assignments.Where(static assignment => assignment is { Multiple: false, Value: not DefaultValue }).Select(assignment => new SelectItem(typed(assignment.Value, assignment.Targets[0].Column.Value))));
                    break;
                case MergeInsert insert:
                    items.AddRange(insert.Values.Select((value, index) => (value, index)).Where(static pair => pair.value is not DefaultValue).Select(pair => new SelectItem(
                        typed(pair.value, insert.Columns.IsEmpty ? columns.ElementAtOrDefault(pair.index) ?? "" : insert.Columns.ElementAtOrDefault(pair.index)?.Column.Value ?? ""))));
                    break;
            }
        }

        return new Query(new Select([.. items]) { From = [new JoinTable(JoinKind.Left, merge.Source, merge.Target, new OnCondition(merge.Condition))] }) { With = merge.With };
    }

    private static async Task TakeAsync(StatementResult.Rows found, RowReplacement taken, StatementChanges changes, CancellationToken cancellation)
    {
        var picked = new List<int>();
        await using (found.ConfigureAwait(false))
        {
            while (await found.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                bool isOnce = taken.TakeOrAdd(batch.Columns[0], batch, picked);
                batch.Release();
                if (!isOnce)
                {
                    throw StatementErrors.MergedTwice();
                }
            }

            changes.Ended(found);
        }
    }

    private static void CheckReachable(Merge merge, Session session)
    {
        foreach (IGrouping<MergeMatch, MergeWhen> alike in merge.Branches.GroupBy(static branch => branch.Match))
        {
            if (alike.SkipWhile(static branch => branch.Condition != null).Skip(1).Any())
            {
                throw StatementErrors.UnreachableWhen();
            }
        }
    }

    /// <summary>The way of a row: the place of its WHEN, from 1; 0: none.</summary>
    private static CaseExpression Way(WrittenTable target, Branch[] branches)
    {
        var number = new ColumnReference(new QualifiedName([target.Name, RowName]));
        return new CaseExpression(
            null,
            [.. branches.Select((branch, index) => new CaseBranch(branch.Applies(new IsNullExpression(number, !branch.IsForMissing)), Number(index + 1)))],
            Number(0));
    }

    private static InListExpression Goes(WrittenTable target, Branch[] branches, Func<Branch, bool> where)
    {
        NodeList<Expression> ways = [Number(-1), .. branches.Select((branch, index) => (branch, index)).Where(pair => where(pair.branch)).Select(static pair => Number(pair.index + 1))];
        return new InListExpression(Way(target, branches), ways, false);
    }

    private static CaseExpression ValueOf(WrittenTable target, Branch[] branches, int ordinal) => new(
        Way(target, branches),
        [.. branches.Select((branch, index) => (branch, index)).Where(static pair => pair.branch.IsUpdate || pair.branch.IsInsert).Select(pair => new CaseBranch(Number(pair.index + 1), pair.branch.ValueOf(ordinal))), new CaseBranch(Number(-1), target.Store(new NullLiteral(), ordinal))],
        null);

    private static Expression Number(int value) => value < 0
        ? new UnaryExpression(new OperatorName("-"), Number(-value))
        : new NumberLiteral(value.ToString(System.Globalization.CultureInfo.InvariantCulture), NumberKind.Integer);

    /// <summary>A WHEN with what it stores.</summary>
    private sealed class Branch
    {
        private readonly MergeWhen _when;
        private readonly WrittenTable _target;
        private readonly Assignments? _assignments;
        private readonly Expression?[] _inserted;

        private Branch(MergeWhen when, WrittenTable target, Assignments? assignments, Expression?[] inserted)
        {
            _when = when;
            _target = target;
            _assignments = assignments;
            _inserted = inserted;
        }

        public bool IsForMissing => _when.Match == MergeMatch.NotMatchedByTarget;

        public bool IsUpdate => _when.Action is MergeUpdate;

        public bool IsInsert => _when.Action is MergeInsert;

        public bool IsDelete => _when.Action is MergeDelete;

        public static Branch Of(MergeWhen when, WrittenTable target, Session session)
        {
            var inserted = new Expression?[target.Columns.Count];
            if (when.Action is MergeInsert insert)
            {
                int[] targets = InsertStatement.TargetOrdinals(insert.Columns, target, session);
                if (insert.Values.Count > targets.Length)
                {
                    throw StatementErrors.TooManyExpressions(session.Pipeline.Position(insert.Values[targets.Length]));
                }

                if (!insert.Columns.IsEmpty && !insert.Values.IsEmpty && insert.Values.Count < targets.Length)
                {
                    throw StatementErrors.TooFewExpressions(session.Pipeline.Position(insert.Columns[insert.Values.Count]));
                }

                for (int i = 0; i < insert.Values.Count; i++)
                {
                    bool isIdentity = target.DefaultOf(targets[i]) is { Kind: 'a' or 'd' };
                    Expression value = insert.Values[i];
                    if (value is not DefaultValue && !(isIdentity && insert.Overriding == InsertOverriding.UserValue))
                    {
                        InsertStatement.RequireGivable(target, targets[i], insert.Overriding);
                        inserted[targets[i]] = value;
                    }
                }
            }

            return new Branch(when, target, when.Action is MergeUpdate update ? Assignments.Of(update.Assignments, target, session) : null, inserted);
        }

        /// <summary>Whether the row goes this way, if it goes none before.</summary>
        public Expression Applies(Expression isMatched) => _when.Condition == null ? isMatched : new LogicalExpression(LogicalOperator.And, [isMatched, _when.Condition]);

        /// <summary>What is stored in a column.</summary>
        public Expression ValueOf(int ordinal)
        {
            if (_assignments == null)
            {
                return _target.Store(_inserted[ordinal] is { } given ? Literal(given, ordinal) : _target.Default(ordinal), ordinal);
            }

            Expression has = new ColumnReference(new QualifiedName([_target.Name, new Identifier(_target.Columns[ordinal].Name, true)]));
            return _assignments.Includes(ordinal) ? _assignments.Stored(ordinal, _assignments.Items(_ => has).ElementAt(ordinal).Expression) : has;
        }

        /// <exception cref="Parser.Errors.QueryException">42804.</exception>
        public void RequireAssignable(TableReference source, TableReference rows, WithClause? with, Session session)
        {
            NodeList<SelectItem> items = _assignments != null
                ? [.. _assignments.Items(static _ => new NullLiteral())]
                : [.. _inserted.Select((value, ordinal) => new SelectItem(value == null ? new NullLiteral() : Literal(value, ordinal)))];
            if (_when.Condition is { } condition && TypesOf([new SelectItem(condition)], SelectItemsPlace.MergeWhen)[0].Type is { Kind: not (TypeKind.Boolean or TypeKind.Unknown) } type
                && condition is not StringLiteral)
            {
                throw StatementErrors.WhenNotBoolean(type, session.Pipeline.Position(condition));
            }

            IReadOnlyList<ResultColumn> types = TypesOf(items, _assignments != null ? SelectItemsPlace.Update : SelectItemsPlace.Default);
            _assignments?.RequireAssignable(types, session);
            _assignments?.RequirePartsAssignable([source, rows], with, session);
            for (int i = 0; i < _inserted.Length; i++)
            {
                if (_inserted[i] is { } value and not (StringLiteral or NullLiteral))
                {
                    _target.RequireAssignable(types[i].Type, i, session.Pipeline.Position(value));
                }
            }

            // Where no row of the table matches, the table cannot be named.
            IReadOnlyList<ResultColumn> TypesOf(NodeList<SelectItem> values, SelectItemsPlace place)
            {
                var all = new Identifier("\u0001values", true);
                Select given = new(values) { From = IsForMissing ? [source] : [source, rows], Place = place };
                Select shown = new([new SelectItem(new Star(new QualifiedName([all])))]) { From = [rows, new SubqueryTable(new Query(given)) { Alias = new TableAlias(all) }] };
                return session.Pipeline.Check(new Query(IsForMissing ? shown : given) { With = with });
            }
        }

        private Expression Literal(Expression value, int ordinal) => value is StringLiteral && !_target.Columns[ordinal].Type.IsText
            ? new CastExpression(value, ParameterInference.TypeNameOf(_target.Columns[ordinal].Type)) { Span = value.Span } : value;
    }
}
