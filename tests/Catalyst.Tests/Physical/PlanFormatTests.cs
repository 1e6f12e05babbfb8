using System.Security.Cryptography;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Catalyst.Tests.Analysis;
using SqlCluster.Catalyst.Tests.Statistics;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Tests.Physical;

/// <summary>Plans as bytes: what is read is what was written, and what cannot be read is an error.</summary>
public sealed class PlanFormatTests
{
    private static readonly Topology _topology = new(4, 8, Executors: 2);

    public static TheoryData<string, string> Queries =>
    [
        .. Enumerable.Range(1, 22).Select(static query => new TheoryDataRow<string, string>("tpch", $"q{query:D2}")),
        .. Enumerable.Range(1, 99).Select(static query => new TheoryDataRow<string, string>("tpcds", $"q{query:D2}")),
    ];

    [Theory]
    [MemberData(nameof(Queries))]
    public void Plans_are_read_as_they_were_written(string suite, string query)
    {
        ExecPlan plan = Plan(suite, query);
        var tables = new TablesById();
        byte[] bytes = PlanFormat.Write(plan, tables);
        ExecPlan read = PlanFormat.ReadPlan(bytes, tables, FunctionsForTests.Catalog);
        Assert.Equal(plan, read);
        Assert.Equal(plan.ToString(), read.ToString());
        Assert.Equal(bytes, PlanFormat.Write(read, tables));

        // With what adaptive execution adds to stages.
        StagePlan stages = new(StagePlanner.Plan(plan, _topology).Stages.Map(static stage => stage with
        {
            Plan = stage.Plan is UnaryExec { Input: ShuffleReadExec shuffled } unary ? unary.WithChildren([shuffled with { TakesTurns = true }]) : stage.Plan,
            Ranges = stage.Id.Value % 2 == 0 ? null : [new PartitionRange(0, 3), new PartitionRange(3, 4, 2), new PartitionRange(3, 4, 2)],
        }));
        byte[] ofStages = PlanFormat.Write(stages, tables);
        Assert.Equal(stages, PlanFormat.ReadStages(ofStages, tables, FunctionsForTests.Catalog));
        Assert.InRange(ofStages.Length, 1, 64 * 1024);
    }

    /// <summary>Values and parts that benchmark queries do not have.</summary>
    [Fact]
    public void Every_value_type_and_reference_is_read_as_it_was_written()
    {
        SqlType nested = SqlType.Row([new RowField("a", SqlType.Array(SqlType.Numeric(38, 10))), new RowField("b", SqlType.Map(SqlType.Text, SqlType.Varchar(7)))]);
        Literal[] values =
        [
            Literal.True, Literal.False, Literal.NullBoolean, Literal.BigInt(long.MinValue), Literal.BigInt(long.MaxValue), Literal.Text(""), Literal.Text("tabs\t, ümläuts, 𝄞"), new Literal(double.NaN, SqlType.DoublePrecision),
            new Literal(-0.0, SqlType.Real), new Literal((Int128)7, SqlType.Numeric(18, 2)), new Literal(Int128.MinValue, SqlType.Numeric(38, 0)), new Literal(NodeList.Create<byte>([0, 255, 1]), SqlType.Bytea),
            new Literal(new IntervalValue(-1, int.MaxValue, long.MinValue), SqlType.Interval), new Literal(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), SqlType.Uuid),
            new Literal(NodeList.Create<Literal>([Literal.Null(SqlType.Text), Literal.Text("x")]), SqlType.Array(SqlType.Text)), Literal.Null(nested), new Literal(5L, TypeVariants.Of(TypeVariant.RegClass)),
            new Literal(0L, SqlType.Timestamp with { Precision = 3 }), new Literal("ab", SqlType.Char(4)),
        ];
        Expression[] expressions =
        [
            .. values, new Parameter(3, SqlType.Date), new Cast(values[3], SqlType.Text, IsTry: true), new Like(values[5], values[6], null, true, true), new Like(values[5], values[6], '\uFFFF'), new Like(values[5], values[6], '\0'),
            new InList(values[3], [values[4], values[3]], true), new Case([new CaseArm(values[0], values[3])], values[4]), new Coalesce([values[3], values[4]]), new IsTruth(values[0], false, true), new IsDistinctFrom(values[3], values[4], true),
            new ArrayLambda(LambdaKind.Filter, Literal.Null(SqlType.Array(SqlType.Integer)), [values[3]], "x", new InputReference(0, "x", SqlType.Integer, true)),
            new Or([values[0], new Not(values[1]), new And([values[0], new IsNull(values[3], true)])]),
        ];
        var plan = new ValuesExec([NodeList.Create<Expression>(expressions)], [.. expressions.Select(static (value, index) => new ExecColumn($"c{index}", value.Type, true))]) { EstimatedRows = 1.5 };
        var tables = new TablesById();
        Assert.Equal(plan, PlanFormat.ReadPlan(PlanFormat.Write(plan, tables), tables, FunctionsForTests.Catalog));

        TableReference[] references =
        [
            new TableReference.OfCatalog(["pg_catalog", "pg_class"]), new TableReference.InProcess(long.MaxValue, "t"),
            new TableReference.OfFiles("f", ["/a/1.csv", "/a/2.csv"], "Csv", [KeyValuePair.Create("header", "on")], [new TableColumn("a", nested, false, true)], null),
        ];
        foreach (TableReference reference in references)
        {
            var fixedTables = new FixedReference(reference, MemoryTable.OfIntegers("t", "a"));
            var scan = new ScanExec(fixedTables.Table, [0], [new ExecColumn("a", SqlType.Integer, true)], [], [0], -1, [new RuntimeFilterTarget(new RuntimeFilterId(2), 0)]);
            Assert.Equal(scan, PlanFormat.ReadPlan(PlanFormat.Write(scan, fixedTables), fixedTables, FunctionsForTests.Catalog));
            Assert.Equal(reference, fixedTables.Asked);
        }
    }

    /// <summary>A new operator or expression has a code, or is one of those that never travel.</summary>
    [Fact]
    public void Every_node_has_a_code()
    {
        Type[] types = typeof(ExecPlan).Assembly.GetTypes();
        Assert.Equal(
            types.Where(static type => type.IsSubclassOf(typeof(ExecPlan)) && !type.IsAbstract).Select(static type => type.Name).Order(StringComparer.Ordinal),
            Enum.GetNames<ExecKind>().Order(StringComparer.Ordinal));
        string[] logicalOnly = [nameof(ColumnReference), .. types.Where(static type => type.IsSubclassOf(typeof(SubqueryExpression))).Select(static type => type.Name)];
        Assert.Equal(
            types.Where(static type => type.IsSubclassOf(typeof(Expression)) && !type.IsAbstract).Select(static type => type.Name).Except(logicalOnly).Order(StringComparer.Ordinal),
            Enum.GetNames<ExpressionKind>().Order(StringComparer.Ordinal));
    }

    /// <summary>Codes of version 1. A value that moves, comes between or goes needs a new version.</summary>
    [Fact]
    public void Codes_stay_what_they_are()
    {
        Assert.Equal(1, PlanFormat.Version);
        AssertCodes<ExecKind>("ScanExec ValuesExec CteScanExec WithExec WorkingTableScanExec RecursiveUnionExec TableFunctionExec FilterExec ProjectExec HashAggregateExec SortExec TopNExec LimitExec DistinctOnExec WindowExec ExchangeExec ShuffleReadExec HashJoinExec NestedLoopJoinExec AsOfJoinExec UnionExec SetOperationExec");
        AssertCodes<ExpressionKind>("InputReference Literal Parameter Call Cast Case Coalesce Comparison And Or Not IsNull IsTruth IsDistinctFrom InList Like AggregateCall WindowCall ArrayLambda");
        AssertCodes<ValueKind>("Null False True Integer Double NarrowDecimal WideDecimal Text Bytes Interval Uuid Items");
        AssertCodes<TypeKind>("Unknown Boolean SmallInt Integer BigInt Real DoublePrecision Numeric Text Varchar Char Bytea Date Time Timestamp TimestampTz Interval Uuid Json Jsonb Array Row Map Oid Name Void");
        AssertCodes<TypeVariant>("None RegProc RegProcedure RegOper RegOperator RegClass RegType RegNamespace RegRole RegCollation RegConfig RegDictionary Xid Cid SingleByte NodeTree AclItem Tid CString Inet Lsn SmallIntVector OidVector");
        AssertCodes<FunctionKind>("Scalar Aggregate Window Table");
        AssertCodes<AggregateMode>("Single Partial Final Merge");
        AssertCodes<ExchangeKind>("Hash RoundRobin Broadcast Gather");
        AssertCodes<ExecJoinKind>("Inner LeftOuter RightOuter FullOuter LeftSemi LeftAnti LeftMark LeftSingle RightSemi RightAnti");
        AssertCodes<SetOperationKind>("Union Intersect Except");
        AssertCodes<ComparisonOperator>("Equal NotEqual Less LessOrEqual Greater GreaterOrEqual");
        AssertCodes<FrameUnit>("Rows Range Groups");
        AssertCodes<FrameBoundKind>("UnboundedPreceding Preceding CurrentRow Following UnboundedFollowing");
        AssertCodes<FrameExclusion>("NoOthers CurrentRow Group Ties");
        AssertCodes<StagePurpose>("Shuffle Cte Result Skipped");
    }

    [Fact]
    public void Damaged_bytes_and_other_versions_are_errors()
    {
        var tables = new TablesById();
        byte[] bytes = PlanFormat.Write(Plan("tpch", "q03"), tables);
        for (int length = 0; length < bytes.Length; length += length < 40 ? 1 : 17)
        {
            Assert.Equal("XX001", Error(bytes[..length]).SqlState);
        }

        for (int at = 0; at < bytes.Length; at += at < 40 ? 1 : 7)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 0x10;
            Assert.Equal(at is 4 or 5 ? "0A000" : "XX001", Error(damaged).SqlState);
        }

        Assert.Equal("XX001", Error([.. bytes, 0]).SqlState);
        byte[] later = [.. bytes];
        later[4] = 2;
        Assert.Contains("another version: 2, not 1", Error(later).Message, StringComparison.Ordinal);

        QueryException Error(byte[] damaged) => Assert.ThrowsAny<QueryException>(() => PlanFormat.ReadPlan(damaged, tables, FunctionsForTests.Catalog));
    }

    /// <summary>Bytes whose checksum is right though they are wrong: read as some plan or refused, in memory in proportion to their number.</summary>
    [Fact]
    public void Forged_bytes_never_crash()
    {
        const int Seed = 20261122;
        var random = new Random(Seed);
        var tables = new TablesById();
        byte[][] plans = [PlanFormat.Write(Plan("tpch", "q21"), tables), PlanFormat.Write(Plan("tpcds", "q47"), tables), PlanFormat.Write(Plan("tpcds", "q77"), tables)];
        int rounds = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1" ? 100_000 : 6_000, refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] forged = [.. plans[round % plans.Length]];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(PlanFormat.HeaderBytes, forged.Length);
                switch (random.Next(3))
                {
                    case 0: forged[at] = (byte)random.Next(256); break;
                    case 1: forged[at] ^= (byte)(1 << random.Next(8)); break;
                    default: forged.AsSpan(at, Math.Min(5, forged.Length - at)).Fill(0xFF); break;
                }
            }

            Sign(forged);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                PlanFormat.ReadPlan(forged, tables, FunctionsForTests.Catalog);
            }
            catch (QueryException)
            {
                refused++;
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < (forged.Length * 400L) + 100_000, $"seed {Seed}, round {round}: {taken} bytes for a plan of {forged.Length}");
        }

        Assert.InRange(refused, rounds / 2, rounds);
    }

    [Fact]
    public void Nesting_without_end_is_an_error()
    {
        var tables = new TablesById();
        byte[] negation = [10, 1], forged = new byte[PlanFormat.HeaderBytes + 2 + (2 * 4_000_000)];
        PlanFormat.Write(new FilterExec(Literal.True, new ValuesExec([], [])), tables).AsSpan(0, PlanFormat.HeaderBytes + 2).CopyTo(forged);
        for (int at = PlanFormat.HeaderBytes + 2; at < forged.Length; at += 2)
        {
            negation.CopyTo(forged, at);
        }

        Sign(forged);
        QueryException error = Assert.ThrowsAny<QueryException>(() => PlanFormat.ReadPlan(forged, tables, FunctionsForTests.Catalog));
        Assert.Contains("nested too deeply", error.Message, StringComparison.Ordinal);
    }

    private static void Sign(byte[] bytes)
    {
        BitConverter.TryWriteBytes(bytes.AsSpan(7), bytes.Length - PlanFormat.HeaderBytes);
        SHA256.HashData(bytes.AsSpan(PlanFormat.HeaderBytes)).AsSpan(0, 8).CopyTo(bytes.AsSpan(11));
    }

    private static void AssertCodes<T>(string names)
        where T : struct, Enum
    {
        Assert.Equal(names.Split(' '), Enum.GetNames<T>());
        Assert.Equal(Enumerable.Range(0, Enum.GetNames<T>().Length), Enum.GetValues<T>().Select(static value => Convert.ToInt32(value, null)));
    }

    private static ExecPlan Plan(string suite, string query)
    {
        string? queries = SharedCorpus.Find($"{suite}/queries");
        Assert.SkipUnless(queries is not null, "the shared corpus is not here");
        return PlannedQuery.Of(File.ReadAllText(Path.Combine(queries, query + ".sql")), suite == "tpch" ? TpchTables.All : TpcdsTables.All, _topology).Physical;
    }

    /// <summary>Tables as they come, by number.</summary>
    private sealed class TablesById : ITableReferences
    {
        private readonly List<ITable> _tables = [];

        public TableReference ReferenceTo(ITable table)
        {
            if (!_tables.Contains(table))
            {
                _tables.Add(table);
            }

            return new TableReference.InProcess(_tables.IndexOf(table), table.Name);
        }

        public ITable Find(TableReference reference) => reference is TableReference.InProcess { Id: >= 0 and var id } && id < _tables.Count
            ? _tables[(int)id]
            : throw new QueryException("42P01", ErrorKind.User, $"no table {reference}");
    }

    private sealed class FixedReference(TableReference reference, ITable table) : ITableReferences
    {
        public ITable Table => table;

        public TableReference? Asked { get; private set; }

        public TableReference ReferenceTo(ITable asked) => reference;

        public ITable Find(TableReference asked)
        {
            Asked = asked;
            return table;
        }
    }
}
