using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Computes once what a plan computes several times.</summary>
/// <remarks><code>
/// Join Inner s > m                              With shared
///   Aggregate [a] [sum(x) AS s]                   Join Inner t.b = s.b
///     Join Inner t.b = s.b                          Scan t ...
///       Scan t, Scan s                    =>      Join Inner s > m
///   Aggregate [] [sum(x) AS m]                      Aggregate [a] [sum(x) AS s]
///     Join Inner t.b = s.b                            CteScan shared
///       Scan t, Scan s                              Aggregate [] [sum(x) AS m]
///                                                     CteScan shared           (TPC-H 11)
/// </code>
/// The largest common plans that join or group are shared, if their rows are few beside those they read: kept rows cost memory, and filters that a join would push
/// into the scans at run time do not reach them.
/// </remarks>
public sealed class ShareCommonPlans : Rule
{
    private const double MaxShareOfRowsRead = 0.25;

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context)
    {
        var fingerprints = new PlanFingerprints();
        var uses = new Dictionary<int, int>();
        plan.ForEach(node =>
        {
            if (node is Join or Aggregate && fingerprints.Of(node) is >= 0 and var number)
            {
                uses[number] = uses.GetValueOrDefault(number) + 1;
            }
        });
        if (!uses.Values.Any(static count => count > 1))
        {
            return plan;
        }

        var sharing = new Sharing(context, fingerprints, uses, new PlanEstimator());
        LogicalPlan body = sharing.Replace(plan);
        foreach ((CteId id, LogicalPlan definition) in sharing.Definitions)
        {
            var with = new With(id, "shared", definition, true, body);
            body = sharing.Readers(id) > 1 ? with : CteInlining.Inline(with, context);
        }

        return body;
    }

    private sealed class Sharing(OptimizerContext context, PlanFingerprints fingerprints, Dictionary<int, int> uses, PlanEstimator estimator)
    {
        private readonly Dictionary<int, CteId> _ids = [];

        private readonly Dictionary<CteId, int> _readers = [];

        /// <summary>What is shared, by the id that reads it.</summary>
        public List<(CteId Id, LogicalPlan Definition)> Definitions { get; } = [];

        public LogicalPlan Replace(LogicalPlan plan)
        {
            if (plan is not (Join or Aggregate) || fingerprints.Of(plan) is not (>= 0 and var number) || uses.GetValueOrDefault(number) < 2 || !IsWorthwhile(plan))
            {
                return plan.MapChildren(Replace);
            }

            if (!_ids.TryGetValue(number, out CteId id))
            {
                id = context.Ids.NextCte();
                _ids.Add(number, id);
                Definitions.Add((id, plan.CopyWithNewColumns(context.Ids, [])));
            }

            _readers[id] = Readers(id) + 1;
            return new CteScan(id, "shared", plan.Output);
        }

        public int Readers(CteId id) => _readers.GetValueOrDefault(id);

        private bool IsWorthwhile(LogicalPlan plan)
        {
            if (plan.Output.IsEmpty)
            {
                return false;
            }

            double read = 0;
            plan.ForEach(node => read += node is Scan scan ? scan.Table.Statistics.RowCount : 0);
            return estimator.Rows(plan) <= MaxShareOfRowsRead * read;
        }
    }
}
