using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Parser.Collections;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Tests.Scheduler;

/// <summary>Brief plans, which are worked off before their execution is given to its reader.</summary>
public sealed class DirectExecutionTests : IDisposable
{
    private readonly LocalExecutor _executor = new(1);

    public void Dispose() => _executor.Dispose();

    [Fact]
    public async Task All_rows_are_there_at_once()
    {
        await using IQueryExecution execution = Start(["1", "2", "3", "4", "5", "6", "7"]);
        Assert.IsType<DirectExecution>(execution);
        Assert.Equal([new StageProgress(1, 1, IsStarted: true, IsSkipped: false)], execution.Progress());
        Assert.Equal((1, 1), (execution.EndedTasks, execution.TotalTasks));
        Assert.True(execution.PeakWaitingBytes > 0);
        var rows = new List<int>();
        while (execution.TryRead(out Batch? batch) && batch != null)
        {
            Take(batch, rows);
        }

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], rows);
        Assert.Null(await execution.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_error_comes_behind_the_rows_that_were_made_before_it()
    {
        await using IQueryExecution execution = Start(["1", "2", "3", "4", "5", "6", "seven"]);
        Assert.IsType<DirectExecution>(execution);
        var rows = new List<int>();
        QueryException error = await Assert.ThrowsAsync<QueryException>(async () =>
        {
            while (await execution.ReadAsync(TestContext.Current.CancellationToken) is { } batch)
            {
                Take(batch, rows);
            }
        });
        Assert.Equal("22P02", error.SqlState);
        Assert.Equal([1, 2, 3, 4, 5, 6], rows);
        Assert.False(execution.TryRead(out _));
    }

    [Fact]
    public async Task A_query_that_was_cancelled_before_does_not_begin()
    {
        await using IQueryExecution execution = Start(["1"], new CancellationToken(true));
        QueryException error = await Assert.ThrowsAsync<QueryException>(async () => await execution.ReadAsync(CancellationToken.None));
        Assert.Equal("57014", error.SqlState);
        Assert.Equal(0, execution.EndedTasks);
    }

    [Fact]
    public async Task Nothing_is_held_when_it_is_over_whatever_was_read()
    {
        var budget = new MemoryBudget("test", long.MaxValue);
        IQueryExecution execution = Start(["1", "2", "3", "4"], TestContext.Current.CancellationToken, budget);
        Assert.True(execution.TryRead(out Batch? first));
        Assert.True(budget.UsedBytes > 0);
        first!.Release();
        await execution.DisposeAsync();
        await execution.DisposeAsync();
        Assert.Equal(0, budget.UsedBytes);
        execution.Cancel();
        Assert.False(execution.Context.Cancellation.IsCancellationRequested);
    }

    /// <summary>What is not brief goes to the slots.</summary>
    [Fact]
    public async Task Expressions_without_a_bound_are_not_for_the_caller()
    {
        ExecPlan plan = new SortExec([], Plan(["1"]));
        await using IQueryExecution execution = Start(new ProjectExec([new Cast(new InputReference(0, "c", SqlType.Integer, true), SqlType.Jsonb)], [new ExecColumn("c", SqlType.Jsonb, true)], plan));
        Assert.IsType<QueryExecution>(execution);
    }

    private static void Take(Batch batch, List<int> rows)
    {
        rows.AddRange(((FixedVector)batch.Columns[0]).Values<int>());
        batch.Release();
    }

    /// <summary>Texts as integers, three in a batch.</summary>
    private static ProjectExec Plan(string[] texts)
    {
        var values = new ValuesExec([.. texts.Select(static text => (NodeList<Expression>)[new Literal(text, SqlType.Text)])], [new ExecColumn("c", SqlType.Text, false)]);
        return new ProjectExec([new Cast(new InputReference(0, "c", SqlType.Text, false), SqlType.Integer)], [new ExecColumn("c", SqlType.Integer, true)], values);
    }

    private IQueryExecution Start(string[] texts) => Start(texts, TestContext.Current.CancellationToken);

    private IQueryExecution Start(string[] texts, CancellationToken cancellation, MemoryBudget? budget = null) => Start(Plan(texts), cancellation, budget);

    private IQueryExecution Start(ExecPlan plan, CancellationToken cancellation = default, MemoryBudget? budget = null) => IQueryExecution.Start(
        StagePlanner.Plan(plan, new Topology(1, 1)), new QueryContext("test", new ExecutionSettings { BatchSize = 3, Budget = budget }, cancellation), _executor);
}
