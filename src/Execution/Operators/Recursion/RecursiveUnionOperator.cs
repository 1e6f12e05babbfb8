using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
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
/// With UNION, rows that came before, in any iteration, are dropped (<see cref="SeenRows"/>). Rows go out as they come, or at the end of their iteration once the rows seen are
/// on disk, so a LIMIT above ends an endless recursion.
/// What the recursive plan reads besides the working table is computed once and kept, see <see cref="RepeatablePlan"/>.
/// </remarks>
internal sealed class RecursiveUnionOperator : Operator
{
    private readonly ExecPlan _recursive;
    private readonly WorkingTable _working;
    private readonly KeptRows _next;
    private readonly SeenRows? _seen;
    private readonly List<KeptRows> _kept = [];
    private Operator? _running;
    private IEnumerator<Batch>? _late;

    public RecursiveUnionOperator(RecursiveUnionExec plan, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _recursive = RepeatablePlan.Make(plan.Recursive, _kept, context, metrics);
        _working = WorkingTable.Of(plan.Id, context);
        _working.Rows = new KeptRows(context, metrics);
        _next = new KeptRows(context, metrics);
        _seen = plan.IsAll ? null : new SeenRows([.. plan.Columns.Select(static column => new KeyColumn(ArrowTypes.Of(column.Type), true))], context, metrics);
        _running = OperatorFactory.Create(plan.Base, context);
    }

    protected override Batch? NextCore()
    {
        while (_running != null)
        {
            while (_late == null && _running.Next() is { } batch)
            {
                if ((_seen == null ? batch : _seen.Add(batch)) is { } added)
                {
                    _next.Append(added);
                    return added;
                }
            }

            _late ??= _seen?.EndIteration().GetEnumerator();
            if (_late != null && _late.MoveNext())
            {
                _next.Append(_late.Current);
                return _late.Current;
            }

            _late?.Dispose();
            _late = null;
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
        _late?.Dispose();
        _late = null;
        _running?.Dispose();
        _running = null;
        _working.Rows.Dispose();
        _next.Dispose();
        _kept.ForEach(static rows => rows.Dispose());
        _seen?.Dispose();
    }
}
