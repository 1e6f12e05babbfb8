using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Shuffle;

/// <summary>Makes the sink of a task whose rows other stages read.</summary>
internal static class ShuffleSinks
{
    public static ITaskSink Create(Stage stage, TaskContext context)
    {
        if (stage.Purpose == StagePurpose.Cte)
        {
            return new SinglePartitionSink(Output(context.Query, stage).Run(context.Partition, 0), context);
        }

        Exchange exchange = stage.Output!;
        ShuffleOutput output = Output(context.Query, stage);
        return exchange.Kind switch
        {
            ExchangeKind.Hash => new HashSink(exchange.Keys, output, context),
            ExchangeKind.RoundRobin => new RoundRobinSink(output, context),
            ExchangeKind.Broadcast or ExchangeKind.Gather => new SinglePartitionSink(output.Run(context.Partition, 0), context),
        };
    }

    /// <summary>The rows that a stage keeps: found under its id, or that of its common table expression.</summary>
    public static ShuffleOutput Output(QueryContext query, Stage stage) => query.SharedByKey(stage.Cte is { } cte ? cte : stage.Id, () =>
    {
        var output = new ShuffleOutput(stage.Tasks, stage.Output?.Partitions ?? 1, query.Account, query.Spill, query.Metrics.ForOutput(stage.Id));
        query.Memory.Add(output);
        return output;
    });

    /// <summary>Moves rows at rest to disk when the query is short of memory, those that wait in half-filled batches too if that is not enough.</summary>
    private static void Relieve(TaskContext context, ReadOnlySpan<PartitionBuffer> buffers)
    {
        MemoryArbiter memory = context.Query.Memory;
        if (!memory.Relieve())
        {
            return;
        }

        foreach (PartitionBuffer buffer in buffers)
        {
            buffer.Finish();
        }

        memory.Relieve();
    }

    /// <summary>All rows to one partition.</summary>
    private sealed class SinglePartitionSink(BatchRun output, TaskContext context) : ITaskSink
    {
        private readonly PartitionBuffer _buffer = new(context.Account, context.BatchSize, output.Add);

        public bool Accept(Batch batch, IRunnable task)
        {
            _buffer.Append(batch);
            Relieve(context, [_buffer]);
            return true;
        }

        public void Finish() => _buffer.Finish();
    }

    /// <summary>Whole batches in turn.</summary>
    private sealed class RoundRobinSink(ShuffleOutput output, TaskContext context) : ITaskSink
    {
        private readonly PartitionBuffer[] _buffers = Buffers(output, context);
        private int _next = context.Partition;

        public bool Accept(Batch batch, IRunnable task)
        {
            _buffers[_next++ % _buffers.Length].Append(batch);
            Relieve(context, _buffers);
            return true;
        }

        public void Finish() => Array.ForEach(_buffers, static buffer => buffer.Finish());
    }

    /// <summary>Rows by the hash of their keys: partition = top bits of the hash, scaled to the number of partitions.</summary>
    private sealed class HashSink : ITaskSink
    {
        private readonly CompiledExpression[] _keys;
        private readonly Vector[] _keyVectors;
        private readonly PartitionBuffer[] _buffers;
        private readonly List<int>[] _rows;
        private readonly TaskContext _context;
        private NativeBuffer? _hashes;

        public HashSink(NodeList<Expression> keys, ShuffleOutput output, TaskContext context)
        {
            _context = context;
            _keys = [.. keys.Select(key => ExpressionCompiler.Compile(key, context.Evaluation))];
            _keyVectors = new Vector[_keys.Length];
            _buffers = Buffers(output, context);
            _rows = new List<int>[output.Partitions];
            for (int i = 0; i < _rows.Length; i++)
            {
                _rows[i] = new List<int>(context.BatchSize);
            }
        }

        public bool Accept(Batch batch, IRunnable task)
        {
            for (int i = 0; i < _keys.Length; i++)
            {
                _keyVectors[i] = _keys[i].Evaluate(batch);
            }

            Span<ulong> hashes = NativeBuffer.Reuse(ref _hashes, batch.Length * 8L, _context.Account).Span<ulong>(0, batch.Length);
            HashKernels.Hash(_keyVectors, batch.Selection, hashes, _context.Account);
            if (batch.Selection is { } selection)
            {
                // The i-th hash is that of the i-th selected row.
                ReadOnlySpan<int> selected = selection.Rows;
                for (int i = 0; i < selected.Length; i++)
                {
                    _rows[PartitionOf(hashes[i])].Add(selected[i]);
                }
            }
            else
            {
                for (int row = 0; row < hashes.Length; row++)
                {
                    _rows[PartitionOf(hashes[row])].Add(row);
                }
            }

            for (int partition = 0; partition < _rows.Length; partition++)
            {
                _buffers[partition].Append(batch, CollectionsMarshal.AsSpan(_rows[partition]));
                _rows[partition].Clear();
            }

            Relieve(_context, _buffers);
            return true;
        }

        public void Finish()
        {
            Array.ForEach(_buffers, static buffer => buffer.Finish());
            Array.ForEach(_keys, static key => key.Dispose());
            _hashes?.Release();
            _hashes = null;
        }

        private int PartitionOf(ulong hash) => (int)((hash >> 32) * (ulong)_rows.Length >> 32);
    }

    private static PartitionBuffer[] Buffers(ShuffleOutput output, TaskContext context)
    {
        var buffers = new PartitionBuffer[output.Partitions];
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i] = new PartitionBuffer(context.Account, context.BatchSize, output.Run(context.Partition, i).Add);
        }

        return buffers;
    }
}
