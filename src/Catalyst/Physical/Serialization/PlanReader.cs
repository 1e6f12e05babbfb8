using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>Reads what <see cref="PlanWriter"/> wrote, arm by arm, and finds the tables again.</summary>
internal class PlanReader(PlanInput input, ITableReferences tables, IFunctionCatalog functions) : ExpressionReader(input, functions)
{
    private readonly List<ITable> _tables = [];

    public ExecPlan Read()
    {
        PlanInput.Descend();
        ExecKind kind = Input.Code<ExecKind>();
        double rows = Input.Flag() ? Input.Double() : -1;
        ExecPlan plan = kind switch
        {
            ExecKind.ScanExec => Scan(),
            ExecKind.ValuesExec => new ValuesExec(Input.List(Expressions), Columns()),
            ExecKind.CteScanExec => new CteScanExec(new CteId(Input.Count()), Input.Text(), Columns()),
            ExecKind.WithExec => new WithExec(new CteId(Input.Count()), Input.Text(), Read(), Read()),
            ExecKind.WorkingTableScanExec => new WorkingTableScanExec(new CteId(Input.Count()), Input.Text(), Columns()),
            ExecKind.RecursiveUnionExec => RecursiveUnion(),
            ExecKind.TableFunctionExec => new TableFunctionExec(Input.List(Call), Input.List(Columns), Input.Optional(Column), Input.Flag(), Read()),
            ExecKind.FilterExec => new FilterExec(Expression(), Read()),
            ExecKind.ProjectExec => new ProjectExec(Expressions(), Columns(), Read()),
            ExecKind.HashAggregateExec => new HashAggregateExec(
                Input.Code<AggregateMode>(), Expressions(), Input.List(AggregateCall), Input.Optional(() => Input.List(Ordinals)), Columns(), Read()),
            ExecKind.SortExec => new SortExec(Input.List(SortKey), Read()),
            ExecKind.TopNExec => new TopNExec(Input.List(SortKey), Expression(), Input.Optional(Expression), Input.Flag(), Read()),
            ExecKind.LimitExec => new LimitExec(Input.Optional(Expression), Input.Optional(Expression), Read()),
            ExecKind.DistinctOnExec => new DistinctOnExec(Expressions(), Read()),
            ExecKind.WindowExec => new WindowExec(Input.List(WindowCall), Columns(), Read()),
            ExecKind.ExchangeExec => new ExchangeExec(Input.Code<ExchangeKind>(), Expressions(), Input.List(SortKey), Read()),
            ExecKind.ShuffleReadExec => ShuffleRead(),
            ExecKind.HashJoinExec => HashJoin(),
            ExecKind.NestedLoopJoinExec => NestedLoopJoin(),
            ExecKind.AsOfJoinExec => AsOfJoin(),
            ExecKind.UnionExec => Union(),
            ExecKind.SetOperationExec => SetOperation(),
        };
        return plan with { EstimatedRows = rows };
    }

    protected Exchange Exchange() => new(Input.Code<ExchangeKind>(), Expressions(), Input.List(SortKey), Input.Count());

    private NodeList<ExecColumn> Columns() => Input.List(() => new ExecColumn(Input.Text(), Type(), Input.Flag()));

    private ExecColumn Column() => Columns() is [var column] ? column : throw PlannerErrors.DamagedPlan("one column, and not one");

    private NodeList<int> Ordinals() => Input.List(Input.Count);

    private ScanExec Scan() => new(
        Table(), Ordinals(), Columns(), Expressions(), Ordinals(), Input.Signed(), Input.List(() => new RuntimeFilterTarget(new RuntimeFilterId(Input.Count()), Input.Count())));

    private ITable Table()
    {
        int index = Input.Count();
        if (index > 0)
        {
            return index <= _tables.Count ? _tables[index - 1] : throw PlannerErrors.DamagedPlan($"table {index} of {_tables.Count}");
        }

        TableReference reference = Input.Byte() switch
        {
            TableKinds.Catalog => new TableReference.OfCatalog(Input.List(Input.Text)),
            TableKinds.Files => new TableReference.OfFiles(
                Input.Text(), Input.List(Input.Text), Input.Text(), Input.List(() => KeyValuePair.Create(Input.Text(), Input.Text())), Input.Optional(TableColumns), Input.Optional(TableColumns)),
            TableKinds.Process => new TableReference.InProcess(Input.Signed(), Input.Text()),
            var code => throw PlannerErrors.DamagedPlan($"table reference {code}"),
        };
        ITable table = tables.Find(reference);
        _tables.Add(table);
        return table;
    }

    private NodeList<TableColumn> TableColumns() => Input.List(() => new TableColumn(Input.Text(), Type(), Input.Flag(), Input.Flag()));

    private RecursiveUnionExec RecursiveUnion()
    {
        var id = new CteId(Input.Count());
        bool isAll = Input.Flag();
        NodeList<ExecColumn> columns = Columns();
        return new RecursiveUnionExec(id, isAll, Read(), Read(), columns);
    }

    private ShuffleReadExec ShuffleRead()
    {
        var stage = new StageId(Input.Count());
        Exchange exchange = Exchange();
        bool takesTurns = Input.Flag();
        return new ShuffleReadExec(stage, exchange, Columns()) { TakesTurns = takesTurns };
    }

    private HashJoinExec HashJoin()
    {
        var kind = Input.Code<ExecJoinKind>();
        NodeList<Expression> leftKeys = Expressions(), rightKeys = Expressions();
        NodeList<bool> nullsEqual = Input.List(Input.Flag);
        Expression? residual = Input.Optional(Expression);
        bool isNullAware = Input.Flag();
        NodeList<int> ordinals = Ordinals();
        NodeList<RuntimeFilterSource> filters = Input.List(() => new RuntimeFilterSource(new RuntimeFilterId(Input.Count()), Input.Count()));
        return new HashJoinExec(kind, Read(), Read(), leftKeys, rightKeys, nullsEqual, residual, isNullAware, ordinals, filters);
    }

    private NestedLoopJoinExec NestedLoopJoin()
    {
        var kind = Input.Code<ExecJoinKind>();
        Expression? condition = Input.Optional(Expression);
        NodeList<int> ordinals = Ordinals();
        return new NestedLoopJoinExec(kind, Read(), Read(), condition, ordinals);
    }

    private AsOfJoinExec AsOfJoin()
    {
        bool isOuter = Input.Flag();
        NodeList<Expression> leftKeys = Expressions(), rightKeys = Expressions();
        var comparison = Input.Code<ComparisonOperator>();
        Expression leftOrder = Expression(), rightOrder = Expression();
        NodeList<int> ordinals = Ordinals();
        return new AsOfJoinExec(isOuter, Read(), Read(), leftKeys, rightKeys, comparison, leftOrder, rightOrder, ordinals);
    }

    private UnionExec Union()
    {
        NodeList<ExecColumn> columns = Columns();
        return new UnionExec(Input.List(Read), columns);
    }

    private SetOperationExec SetOperation()
    {
        var kind = Input.Code<SetOperationKind>();
        bool isAll = Input.Flag();
        NodeList<ExecColumn> columns = Columns();
        return new SetOperationExec(kind, isAll, Read(), Read(), columns);
    }
}
