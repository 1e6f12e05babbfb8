using System.Globalization;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Tests.Kernels;
using SqlCluster.Parser.Collections;

namespace SqlCluster.Execution.Tests.Aggregation;

/// <summary>A table of boxed rows, read as batches of random size, encoding and selection. Values: long, Int128 (numeric), double, string, bool, Interval, null.</summary>
internal sealed class RowTable(SqlType[] types, IReadOnlyList<object?[]> rows, int seed, bool isPlain = false) : IScannableTable
{
    public string Name => "rows";

    public SqlType[] Types => types;

    public IReadOnlyList<object?[]> Rows => rows;

    public NodeList<TableColumn> Columns => [.. types.Select((type, index) => new TableColumn($"c{index}", type))];

    public TableStatistics Statistics => new(rows.Count, true, [.. types.Select(static _ => new ColumnStatistics(null, null))]);

    public bool CanPushFilter(Expression predicate) => false;

    /// <summary>A scan of all columns.</summary>
    public ScanExec Scan() => new(
        this, [.. Enumerable.Range(0, types.Length)], [.. types.Select((type, index) => new ExecColumn($"c{index}", type, true))], [],
        [.. Enumerable.Range(0, types.Length)], -1, []);

    public InputReference Column(int ordinal) => new(ordinal, $"c{ordinal}", types[ordinal], true);

    public IScanSource OpenScan(ScanExec scan, QueryContext query) => new Source(this);

    public bool Equals(RowTable? other) => ReferenceEquals(this, other);

    /// <summary>Runs a plan in one task and boxes its rows.</summary>
    public static List<object?[]> Run(ExecPlan plan, ExecutionSettings? settings = null)
    {
        using var query = new QueryContext("test", settings ?? new ExecutionSettings(), TestContext.Current.CancellationToken);
        using Operator root = OperatorFactory.Create(plan, new TaskContext(query, 0, 1));
        return Drain(root);
    }

    public static List<object?[]> Drain(Operator root)
    {
        var result = new List<object?[]>();
        while (root.Next() is { } batch)
        {
            VectorReader[] readers = Array.ConvertAll(batch.Columns, static column => new VectorReader(column));
            for (int i = 0; i < batch.RowCount; i++)
            {
                int row = batch.Selection == null ? i : batch.Selection.Rows[i];
                result.Add(Array.ConvertAll(readers, reader => Box(in reader, row)));
            }
        }

        return result;
    }

    /// <summary>One row as text, for comparing without order; doubles by nine digits.</summary>
    public static string Text(IEnumerable<object?> row) => string.Join(" | ", row.Select(static value => value switch
    {
        null => "NULL",
        double number => double.IsNaN(number) ? "NaN" : (number == 0 ? 0 : number).ToString("G9", CultureInfo.InvariantCulture),
        object?[] list => $"[{Text(list)}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    }));

    public static string[] Sorted(IEnumerable<object?[]> rows) => [.. rows.Select(static row => Text(row)).Order(StringComparer.Ordinal)];

    public static object? Box(in VectorReader reader, int row)
    {
        if (reader.IsNull(row))
        {
            return null;
        }

        switch (reader.Id)
        {
            case ArrowTypeId.Utf8: return Encoding.UTF8.GetString(reader.Bytes(row));
            case ArrowTypeId.Binary: return reader.Bytes(row).ToArray();
            case ArrowTypeId.Boolean: return reader.Boolean(row);
            case ArrowTypeId.Float32 or ArrowTypeId.Float64: return reader.Double(row);
            case ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128: return reader.Decimal(row);
            case ArrowTypeId.Interval: return reader.Value<Interval>(row);
            case ArrowTypeId.List:
                var list = (ListVector)reader.Flat;
                int slot = reader.Slot(row);
                var child = new VectorReader(list.Child);
                return Enumerable.Range(list.Offsets[slot], list.Offsets[slot + 1] - list.Offsets[slot]).Select(i => Box(in child, i)).ToArray();
            default: return reader.Integer(row);
        }
    }

    private static Vector Binary(object?[] values, MemoryAccount account)
    {
        var heap = new ByteHeap(account);
        NativeBuffer views = NativeBuffer.AllocateZeroed(values.Length * 16L, account);
        for (int i = 0; i < values.Length; i++)
        {
            views.Span<StringView>(0, values.Length)[i] = values[i] == null ? default : heap.Add((byte[])values[i]!);
        }

        (NativeBuffer? validity, int nulls) = TestVectors.Validity(Array.ConvertAll(values, static value => value != null), account);
        return new ViewVector(ArrowType.Binary, values.Length, views, 0, heap.Buffers, validity, nulls);
    }

    private static Vector Make(SqlType type, object?[] values, Random random, bool isPlain, MemoryAccount account)
    {
        Vector flat = type.Kind switch
        {
            TypeKind.SmallInt => TestVectors.Fixed(ArrowType.Int16, Array.ConvertAll(values, static value => (short?)(long?)value), account),
            TypeKind.Integer => TestVectors.Fixed(ArrowType.Int32, Array.ConvertAll(values, static value => (int?)(long?)value), account),
            TypeKind.Date => TestVectors.Fixed(ArrowType.Date32, Array.ConvertAll(values, static value => (int?)(long?)value), account),
            TypeKind.BigInt => TestVectors.Fixed(ArrowType.Int64, Array.ConvertAll(values, static value => (long?)value), account),
            TypeKind.Timestamp => TestVectors.Fixed(ArrowType.Timestamp, Array.ConvertAll(values, static value => (long?)value), account),
            TypeKind.DoublePrecision => TestVectors.Fixed(ArrowType.Float64, Array.ConvertAll(values, static value => (double?)value), account),
            TypeKind.Real => TestVectors.Fixed(ArrowType.Float32, Array.ConvertAll(values, static value => (float?)(double?)value), account),
            TypeKind.Interval => TestVectors.Fixed(ArrowType.Interval, Array.ConvertAll(values, static value => (Interval?)value), account),
            TypeKind.Boolean => TestVectors.Booleans(Array.ConvertAll(values, static value => (bool?)value), account),
            TypeKind.Numeric when type.Precision <= 18 || (random.Next(2) == 0 && values.All(static value => value is not Int128 wide || wide == (long)wide)) =>
                TestVectors.Fixed(ArrowType.Decimal64(type.Precision, type.Scale), Array.ConvertAll(values, static value => (long?)(Int128?)value), account),
            TypeKind.Numeric => TestVectors.Fixed(ArrowType.Decimal128(type.Precision, type.Scale), Array.ConvertAll(values, static value => (Int128?)value), account),
            TypeKind.Bytea => Binary(values, account),
            _ => TestVectors.Text(Array.ConvertAll(values, static value => (string?)value), account),
        };
        if (isPlain || Array.TrueForAll(values, static value => value == null))
        {
            return flat;
        }

        return random.Next(3) switch
        {
            0 when Array.TrueForAll(values, value => Equals(value, values[0])) => new ConstantVector(new VectorGatherer(account).Take(flat, [0]), flat.Length),
            1 => TestVectors.AsDictionary(flat, random, account),
            _ => flat,
        };
    }

    private sealed class Source(RowTable table) : IScanSource
    {
        private readonly Lock _lock = new();
        private int _next;

        public Operator CreateReader(TaskContext context, OperatorMetrics metrics) => new Reader(this, context, metrics);

        public void Dispose()
        {
        }

        public Batch? Take(int seed, TaskContext context, bool isPlain)
        {
            object?[][] part;
            lock (_lock)
            {
                int count = Math.Min(table.Rows.Count - _next, isPlain ? context.BatchSize : 1 + (int)((uint)(seed * 7919) % context.BatchSize));
                if (count <= 0)
                {
                    return null;
                }

                part = [.. table.Rows.Skip(_next).Take(count)];
                _next += count;
            }

            var random = new Random(seed);
            int junk = isPlain || random.Next(2) == 0 ? 0 : random.Next(1, part.Length + 2), length = part.Length + junk;
            int[] rows = [.. Enumerable.Range(0, length)];
            random.Shuffle(rows);
            rows = [.. rows.Take(part.Length).Order()];
            var columns = new Vector[table.Types.Length];
            for (int c = 0; c < columns.Length; c++)
            {
                object?[] values = [.. Enumerable.Range(0, length).Select(_ => part[random.Next(part.Length)][c])];
                for (int i = 0; i < rows.Length; i++)
                {
                    values[rows[i]] = part[i][c];
                }

                columns[c] = Make(table.Types[c], values, random, isPlain, context.Account);
            }

            if (junk == 0)
            {
                return new Batch(columns, length);
            }

            NativeBuffer buffer = NativeBuffer.Allocate((rows.Length + 16) * 4L, context.Account);
            rows.CopyTo(buffer.Span<int>());
            return new Batch(columns, length, new SelectionVector(buffer, rows.Length));
        }

        private sealed class Reader(Source source, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
        {
            private int _batch;

            protected override Batch? NextCore() => source.Take(source.Seed + (++_batch * 31), Context, source.IsPlain);
        }

        private int Seed => table.Seed;

        private bool IsPlain => table.IsPlain;
    }

    private int Seed => seed;

    private bool IsPlain => isPlain;
}
