using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Operators.Recursion;

/// <summary>WITH RECURSIVE: runs the base, then the recursive plan over the last iteration's rows until it gives none.</summary>
/// <remarks><code>
///           base rows ──▶ out
///               │
///      ┌── working table ◀─────────┐
///      ▼                           │
/// recursive plan ──▶ new rows ─────┴──▶ out
/// </code>
/// With UNION, rows that came before, in any iteration, are dropped. Rows go out as they come, so a LIMIT above ends an endless recursion.
/// What the recursive plan reads besides the working table is computed once and kept, see <see cref="RepeatablePlan"/>.
/// </remarks>
internal sealed class RecursiveUnionOperator : Operator
{
    private readonly ExecPlan _recursive;
    private readonly WorkingTable _working;
    private readonly KeptRows _next;
    private readonly GroupTable? _seen;
    private readonly List<KeptRows> _kept = [];
    private Operator? _running;
    private NativeBuffer? _groups;
    private NativeBuffer? _selection;

    public RecursiveUnionOperator(RecursiveUnionExec plan, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _recursive = RepeatablePlan.Make(plan.Recursive, _kept, context, metrics);
        _working = WorkingTable.Of(plan.Id, context);
        _working.Rows = new KeptRows(context, metrics);
        _next = new KeptRows(context, metrics);
        _seen = plan.IsAll ? null : GroupTable.Create([.. plan.Columns.Select(static column => new KeyColumn(ArrowTypes.Of(column.Type), true))], context.Account);
        _running = OperatorFactory.Create(plan.Base, context);
    }

    protected override Batch? NextCore()
    {
        while (_running != null)
        {
            while (_running.Next() is { } batch)
            {
                if ((_seen == null ? batch : New(batch)) is { } added)
                {
                    _next.Append(added);
                    return added;
                }
            }

            _running.Dispose();
            _running = null;
            Context.Cancellation.ThrowIfCancellationRequested();
            _working.Rows.TakeFrom(_next);
            if (_working.Rows.Count > 0)
            {
                Metrics.Add("iterations", 1);
                _running = OperatorFactory.Create(_recursive, Context);
            }
        }

        return null;
    }

    public override void Dispose()
    {
        _running?.Dispose();
        _running = null;
        _working.Rows.Dispose();
        _next.Dispose();
        _kept.ForEach(static rows => rows.Dispose());
        _seen?.Dispose();
        _groups?.Release();
        _selection?.Release();
        _groups = _selection = null;
    }

    /// <summary>The rows of a batch that were never seen before, or null.</summary>
    private Batch? New(Batch batch)
    {
        int count = batch.RowCount, known = _seen!.Count;
        Span<int> groups = NativeBuffer.Reuse(ref _groups, (count + 16) * 4L, Context.Account).Span<int>(0, count);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        _seen.FindOrAdd(batch.Columns, rows, count, groups);
        NativeBuffer buffer = NativeBuffer.Reuse(ref _selection, (count + 16) * 4L, Context.Account);
        Span<int> selected = buffer.Span<int>(0, count);
        int found = 0;
        for (int i = 0; i < count; i++)
        {
            // Keys are numbered as they come: a new key has the next number.
            if (groups[i] == known)
            {
                known++;
                selected[found++] = rows.IsEmpty ? i : rows[i];
            }
        }

        return found == 0 ? null : found == count ? batch : new Batch(batch.Columns, batch.Length, new SelectionVector(buffer, found));
    }
}
