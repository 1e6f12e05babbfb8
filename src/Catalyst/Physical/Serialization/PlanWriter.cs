using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>Writes physical operators; read by <see cref="PlanReader"/>, arm by arm.</summary>
internal class PlanWriter(PlanOutput output, ITableReferences tables) : ExpressionWriter(output)
{
    private readonly Dictionary<TableReference, int> _tables = [];

    public void Write(ExecPlan plan)
    {
        ExecKind kind = NodeKinds.Of(plan);
        Output.Byte((byte)kind);
        Output.Flag(plan.EstimatedRows >= 0);
        if (plan.EstimatedRows >= 0)
        {
            Output.Double(plan.EstimatedRows);
        }

        _ = kind switch
        {
            ExecKind.ScanExec => Write((ScanExec)plan),
            ExecKind.ValuesExec => Write((ValuesExec)plan),
            ExecKind.CteScanExec => plan is CteScanExec cte && Named(cte.Id.Value, cte.Name, cte.Columns),
            ExecKind.WithExec => Write((WithExec)plan),
            ExecKind.WorkingTableScanExec => plan is WorkingTableScanExec scan && Named(scan.Id.Value, scan.Name, scan.Columns),
            ExecKind.RecursiveUnionExec => Write((RecursiveUnionExec)plan),
            ExecKind.TableFunctionExec => Write((TableFunctionExec)plan),
            ExecKind.FilterExec => Write((FilterExec)plan),
            ExecKind.ProjectExec => Write((ProjectExec)plan),
            ExecKind.HashAggregateExec => Write((HashAggregateExec)plan),
            ExecKind.SortExec => Write((SortExec)plan),
            ExecKind.TopNExec => Write((TopNExec)plan),
            ExecKind.LimitExec => Write((LimitExec)plan),
            ExecKind.DistinctOnExec => Write((DistinctOnExec)plan),
            ExecKind.WindowExec => Write((WindowExec)plan),
            ExecKind.ExchangeExec => Write((ExchangeExec)plan),
            ExecKind.ShuffleReadExec => Write((ShuffleReadExec)plan),
            ExecKind.HashJoinExec => Write((HashJoinExec)plan),
            ExecKind.NestedLoopJoinExec => Write((NestedLoopJoinExec)plan),
            ExecKind.AsOfJoinExec => Write((AsOfJoinExec)plan),
            ExecKind.UnionExec => Write((UnionExec)plan),
            ExecKind.SetOperationExec => Write((SetOperationExec)plan),
        };
    }

    protected void Write(Exchange exchange)
    {
        Output.Byte((byte)exchange.Kind);
        Write(exchange.Keys);
        Output.List(exchange.SortKeys, Write);
        Output.Count(exchange.Partitions);
    }

    private bool Columns(NodeList<ExecColumn> columns)
    {
        Output.List(columns, column =>
        {
            Output.Text(column.Name);
            Write(column.Type);
            Output.Flag(column.IsNullable);
        });
        return true;
    }

    private void Ordinals(NodeList<int> ordinals) => Output.List(ordinals, Output.Count);

    private bool Named(int id, string name, NodeList<ExecColumn> columns)
    {
        Output.Count(id);
        Output.Text(name);
        return Columns(columns);
    }

    private bool Inputs(params ReadOnlySpan<ExecPlan> inputs)
    {
        foreach (ExecPlan input in inputs)
        {
            Write(input);
        }

        return true;
    }

    private bool Write(ScanExec scan)
    {
        Table(scan.Table);
        Ordinals(scan.TableOrdinals);
        Columns(scan.ReadColumns);
        Write(scan.Filters);
        Ordinals(scan.OutputOrdinals);
        Output.Signed(scan.Limit);
        Output.List(scan.RuntimeFilters, filter =>
        {
            Output.Count(filter.Id.Value);
            Output.Count(filter.ReadOrdinal);
        });
        return true;
    }

    private void Table(ITable table)
    {
        TableReference reference = tables.ReferenceTo(table);
        if (_tables.TryGetValue(reference, out int index))
        {
            Output.Count(index + 1);
            return;
        }

        Output.Count(0);
        switch (reference)
        {
            case TableReference.OfCatalog relation:
                Output.Byte(TableKinds.Catalog);
                Output.List(relation.NameParts, Output.Text);
                break;
            case TableReference.OfFiles files:
                Output.Byte(TableKinds.Files);
                Output.Text(files.Name);
                Output.List(files.Files, Output.Text);
                Output.Text(files.Format);
                Output.List(files.Options, option =>
                {
                    Output.Text(option.Key);
                    Output.Text(option.Value);
                });
                Output.Optional(files.Columns, TableColumns);
                Output.Optional(files.FolderColumns, TableColumns);
                break;
            case TableReference.InProcess memory:
                Output.Byte(TableKinds.Process);
                Output.Signed(memory.Id);
                Output.Text(memory.Name);
                break;
            default:
                throw PlannerErrors.NotSerializable(reference.GetType().Name);
        }

        _tables.Add(reference, _tables.Count);
    }

    private void TableColumns(NodeList<TableColumn> columns) => Output.List(columns, column =>
    {
        Output.Text(column.Name);
        Write(column.Type);
        Output.Flag(column.IsNullable);
        Output.Flag(column.IsHidden);
    });

    private bool Write(ValuesExec values)
    {
        Output.List(values.Rows, row => Write(row));
        return Columns(values.Columns);
    }

    private bool Write(WithExec with)
    {
        Output.Count(with.Id.Value);
        Output.Text(with.Name);
        return Inputs(with.Definition, with.Body);
    }

    private bool Write(RecursiveUnionExec union)
    {
        Output.Count(union.Id.Value);
        Output.Flag(union.IsAll);
        Columns(union.Columns);
        return Inputs(union.Base, union.Recursive);
    }

    private bool Write(TableFunctionExec functions)
    {
        Output.List(functions.Functions, call => Write(call));
        Output.List(functions.FunctionColumns, columns => Columns(columns));
        Output.Optional(functions.Ordinality, column => Columns([column]));
        Output.Flag(functions.IsOuter);
        return Inputs(functions.Input);
    }

    private bool Write(FilterExec filter)
    {
        Write(filter.Predicate);
        return Inputs(filter.Input);
    }

    private bool Write(ProjectExec project)
    {
        Write(project.Expressions);
        Columns(project.Columns);
        return Inputs(project.Input);
    }

    private bool Write(HashAggregateExec aggregate)
    {
        Output.Byte((byte)aggregate.Mode);
        Write(aggregate.Keys);
        Output.List(aggregate.Calls, call => Write(call));
        Output.Optional(aggregate.GroupingSets, sets => Output.List(sets, Ordinals));
        Columns(aggregate.Columns);
        return Inputs(aggregate.Input);
    }

    private bool Write(SortExec sort)
    {
        Output.List(sort.Keys, Write);
        return Inputs(sort.Input);
    }

    private bool Write(TopNExec top)
    {
        Output.List(top.Keys, Write);
        Write(top.Limit);
        Output.Optional(top.Offset, Write);
        Output.Flag(top.WithTies);
        return Inputs(top.Input);
    }

    private bool Write(LimitExec limit)
    {
        Output.Optional(limit.Limit, Write);
        Output.Optional(limit.Offset, Write);
        return Inputs(limit.Input);
    }

    private bool Write(DistinctOnExec distinct)
    {
        Write(distinct.On);
        return Inputs(distinct.Input);
    }

    private bool Write(WindowExec window)
    {
        Output.List(window.Calls, call => Write(call));
        Columns(window.CallColumns);
        return Inputs(window.Input);
    }

    private bool Write(ExchangeExec exchange)
    {
        Output.Byte((byte)exchange.Kind);
        Write(exchange.Keys);
        Output.List(exchange.SortKeys, Write);
        return Inputs(exchange.Input);
    }

    private bool Write(ShuffleReadExec read)
    {
        Output.Count(read.Stage.Value);
        Write(read.Exchange);
        Output.Flag(read.TakesTurns);
        return Columns(read.Columns);
    }

    private bool Write(HashJoinExec join)
    {
        Output.Byte((byte)join.Kind);
        Write(join.LeftKeys);
        Write(join.RightKeys);
        Output.List(join.NullsEqual, Output.Flag);
        Output.Optional(join.Residual, Write);
        Output.Flag(join.IsNullAware);
        Ordinals(join.OutputOrdinals);
        Output.List(join.RuntimeFilters, filter =>
        {
            Output.Count(filter.Id.Value);
            Output.Count(filter.KeyIndex);
        });
        return Inputs(join.Left, join.Right);
    }

    private bool Write(NestedLoopJoinExec join)
    {
        Output.Byte((byte)join.Kind);
        Output.Optional(join.Condition, Write);
        Ordinals(join.OutputOrdinals);
        return Inputs(join.Left, join.Right);
    }

    private bool Write(AsOfJoinExec join)
    {
        Output.Flag(join.IsOuter);
        Write(join.LeftKeys);
        Write(join.RightKeys);
        Output.Byte((byte)join.Operator);
        Write(join.LeftOrder);
        Write(join.RightOrder);
        Ordinals(join.OutputOrdinals);
        return Inputs(join.Left, join.Right);
    }

    private bool Write(UnionExec union)
    {
        Columns(union.Columns);
        Output.List(union.Inputs, Write);
        return true;
    }

    private bool Write(SetOperationExec operation)
    {
        Output.Byte((byte)operation.Kind);
        Output.Flag(operation.IsAll);
        Columns(operation.Columns);
        return Inputs(operation.Left, operation.Right);
    }
}

/// <summary>Codes of table references.</summary>
internal static class TableKinds
{
    public const byte Catalog = 0, Files = 1, Process = 2;
}
