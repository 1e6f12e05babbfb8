using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pruning;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Tests.Parquet;

public class PruningTests
{
    private static readonly InputReference Number = new(0, "n", SqlType.BigInt, true);
    private static readonly InputReference Real = new(0, "r", SqlType.DoublePrecision, true);

    [Fact]
    public void Comparisons_outside_the_bounds_are_pruned()
    {
        ColumnBounds bounds = new(new Bound(10), new Bound(20), MayHaveNulls: false);
        Check(bounds, Number, Literal.BigInt(9), matches: "!= > >=");
        Check(bounds, Number, Literal.BigInt(10), matches: "= != <= > >=");
        Check(bounds, Number, Literal.BigInt(15), matches: "= != < <= > >=");
        Check(bounds, Number, Literal.BigInt(20), matches: "= != < <= >=");
        Check(bounds, Number, Literal.BigInt(21), matches: "!= < <=");
        Check(bounds, Number, Literal.Null(SqlType.BigInt), matches: "");
        Check(new ColumnBounds(new Bound(5), new Bound(5)), Number, Literal.BigInt(5), matches: "= <= >=");
        Check(ColumnBounds.Unknown, Number, Literal.BigInt(5), matches: "= != < <= > >=");
        Check(new ColumnBounds(null, null, IsAllNull: true), Number, Literal.BigInt(5), matches: "");
    }

    // SQL orders NaN after all numbers, and writers leave it out of the maximum.
    [Fact]
    public void Columns_that_may_hold_nan_are_not_pruned_from_above()
    {
        Literal five = new(5.0, SqlType.DoublePrecision);
        ColumnBounds bounds = new(new Bound(0, Real: 1), new Bound(0, Real: 2), MayHaveNan: true);
        Check(bounds, Real, five, matches: "!= < <= > >=");
        Check(bounds with { MayHaveNan = false }, Real, five, matches: "!= < <=");
        Check(bounds, Real, new Literal(0.5, SqlType.DoublePrecision), matches: "!= > >=");
        Check(bounds, Real, new Literal(double.NaN, SqlType.DoublePrecision), matches: "= != < <= > >=");
        Check(new ColumnBounds(new Bound(0, Real: 0.0), new Bound(0, Real: 1)), Real, new Literal(-0.0, SqlType.DoublePrecision), matches: "= != <= > >=");
    }

    [Fact]
    public void Scales_casts_lists_and_patterns_are_understood()
    {
        ColumnBounds price = new(new Bound(1000, 2), new Bound(2000, 2), MayHaveNulls: false);
        InputReference column = new(0, "p", SqlType.Numeric(15, 2), false);
        Assert.False(Might(new Comparison(ComparisonOperator.Greater, column, Numeric(20, 0)), price));
        Assert.True(Might(new Comparison(ComparisonOperator.GreaterOrEqual, column, Numeric(20, 0)), price));
        Assert.False(Might(new Comparison(ComparisonOperator.Less, Numeric(20001, 3), column), price));
        Expression widened = new Cast(new InputReference(0, "n", SqlType.Integer, true), SqlType.BigInt);
        Assert.False(Might(new Comparison(ComparisonOperator.Equal, widened, Literal.BigInt(5_000_000_000)), new ColumnBounds(new Bound(1), new Bound(9))));
        Assert.False(Might(new InList(Number, [Literal.BigInt(1), Literal.BigInt(30), Literal.Null(SqlType.BigInt)]), new ColumnBounds(new Bound(2), new Bound(9))));
        Assert.True(Might(new InList(Number, [Literal.BigInt(1), Literal.BigInt(5)]), new ColumnBounds(new Bound(2), new Bound(9))));
        Assert.True(Might(new InList(Number, [Literal.BigInt(1)], Negated: true), new ColumnBounds(new Bound(2), new Bound(9))));
        InputReference text = new(0, "t", SqlType.Text, true);
        ColumnBounds words = new(Words("banana"), Words("cherry"));
        Assert.False(Might(new Like(text, Literal.Text("apple%")), words));
        Assert.False(Might(new Like(text, Literal.Text("d_te")), words));
        Assert.True(Might(new Like(text, Literal.Text("ba%")), words));
        Assert.True(Might(new Like(text, Literal.Text("%x")), words));
        Assert.True(Might(new Like(text, Literal.Text("c\\%")), words));
        Assert.False(Might(new And([new Like(text, Literal.Text("ba%")), new IsNull(text)]), words with { MayHaveNulls = false }));
        Assert.True(Might(new Or([new Like(text, Literal.Text("x%")), new IsNull(text)]), words));
        Assert.False(Might(new IsNull(text, Negated: true), new ColumnBounds(null, null, IsAllNull: true)));
    }

    // Soundness over the whole corpus: a row group or page that holds a value is never pruned by a predicate which that value satisfies.
    [Fact]
    public void No_value_of_the_corpus_is_pruned_away()
    {
        int groups = 0, pages = 0, bounded = 0;
        foreach (string path in ParquetCorpus.Files("data").Append(ParquetCorpus.Any("tpch/sf0.01/lineitem.parquet")).Append(ParquetCorpus.Any("tpch/sf0.01/orders.parquet")))
        {
            using MemoryAccount account = new("test");
            using ParquetFile file = ParquetFile.Open(LocalFile.Open(path));
            for (int ordinal = 0; ordinal < file.Columns.Count; ordinal++)
            {
                if (file.Columns[ordinal].Field is not LeafField { Column: var column })
                    continue;
                using RowGroupReader reader = new(file, [ordinal], account, default);
                for (int group = 0; group < file.MetaData.RowGroups.Count; group++)
                {
                    RowGroup rowGroup = file.MetaData.RowGroups[group];
                    ColumnChunk chunk = rowGroup.Columns[column.Index];
                    LeafType type = file.LeafTypes[column.Index];
                    List<Literal> values = ReadLiterals(reader, group, file.Columns[ordinal].Sql);
                    ColumnBounds bounds = BoundsReader.Read(chunk.Statistics, chunk.ValueCount, column, type);
                    bounded += bounds.Min is null ? 0 : 1;
                    CheckSound(values, bounds, file.Columns[ordinal].Sql, $"{path}, {column.Path}");
                    groups++;
                    PageBounds? index = PageBounds.Read(file.Source, chunk, rowGroup.RowCount);
                    for (int page = 0; page < index?.PageCount; page++)
                    {
                        (long first, long end) = index.Rows(page);
                        Assert.True(end <= values.Count, path);
                        CheckSound(values[(int)first..(int)end], index.Bounds(page, column, type), file.Columns[ordinal].Sql, $"{path}, {column.Path}, page {page}");
                        pages++;
                    }
                }
            }
        }

        Assert.True(groups > 250 && pages > 300 && bounded > 150, $"{groups} row groups, {bounded} of them bounded, {pages} pages");
    }

    [Fact]
    public void Bloom_filters_know_what_is_there()
    {
        using ParquetFile file = ParquetFile.Open(LocalFile.Open(ParquetCorpus.File("data/data_index_bloom_encoding_stats.parquet")));
        ColumnChunk chunk = file.MetaData.RowGroups[0].Columns[0];
        BloomFilter filter = BloomFilter.Read(file.Source, chunk)!;
        List<string> values = CorpusReader.ReadAll(LocalFile.Open(file.Source.Path), 4096)[0];
        Assert.Equal(14, values.Count);
        Assert.All(values, value => Assert.True(filter.MightContain(System.Text.Encoding.UTF8.GetBytes(value)), value));
        int absent = Enumerable.Range(0, 1000).Count(i => filter.MightContain(System.Text.Encoding.UTF8.GetBytes($"absent {i}")));
        Assert.True(absent < 100, $"{absent} of 1000 absent values pass");
    }

    private static void CheckSound(List<Literal> values, ColumnBounds bounds, SqlType type, string place)
    {
        InputReference column = new(0, "c", type, true);
        foreach (Literal value in values.Count > 300 ? values.Where(static (_, i) => i % 97 == 0) : values)
        {
            if (value.Value is null)
            {
                Assert.True(Might(new IsNull(column), bounds));
                continue;
            }

            Assert.True(Might(new Comparison(ComparisonOperator.Equal, column, value), bounds), $"= {value} in {bounds}: {place}");
            Assert.True(Might(new Comparison(ComparisonOperator.GreaterOrEqual, column, value), bounds), $">= {value} in {bounds}: {place}");
            Assert.True(Might(new Comparison(ComparisonOperator.LessOrEqual, column, value), bounds), $"<= {value} in {bounds}: {place}");
            Assert.True(Might(new InList(column, [value]), bounds));
            Assert.True(Might(new IsNull(column, Negated: true), bounds));
            if (value.Value is double.NaN)
                Assert.True(Might(new Comparison(ComparisonOperator.Greater, column, new Literal(double.MaxValue, type)), bounds));
            if (value.Value is string text)
                Assert.True(Might(new Like(column, Literal.Text(text.Replace("\\", "\\\\", StringComparison.Ordinal)[..Math.Min(3, text.Length)] + "%")), bounds));
        }
    }

    private static List<Literal> ReadLiterals(RowGroupReader reader, int group, SqlType type)
    {
        List<Literal> values = [];
        reader.Open(group);
        int rows;
        while ((rows = reader.NextRows(4096)) > 0)
        {
            Vector vector = reader.Read(0, rows);
            for (int row = 0; row < rows; row++)
                values.Add(new Literal(vector.IsNull(row) ? null : Value(vector, row), type));
            reader.Advance(rows);
        }

        return values;
    }

    internal static object? Value(Vector vector, int row) => vector switch
    {
        DictionaryVector dictionary => Value(dictionary.Dictionary, dictionary.Code(row)),
        BooleanVector booleans => booleans.Value(row),
        ViewVector { Type.Id: ArrowTypeId.Utf8 } views => views.Text(row),
        FixedVector values => values.Type.Id switch
        {
            ArrowTypeId.Int16 => (long)values.Values<short>()[row],
            ArrowTypeId.Int32 or ArrowTypeId.Date32 => (long)values.Values<int>()[row],
            ArrowTypeId.Int64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp => values.Values<long>()[row],
            ArrowTypeId.Decimal64 => (Int128)values.Values<long>()[row],
            ArrowTypeId.Decimal128 => values.Values<Int128>()[row],
            ArrowTypeId.Float32 => (double)values.Values<float>()[row],
            ArrowTypeId.Float64 => values.Values<double>()[row],
            _ => "",
        },
        _ => "",
    };

    private static void Check(ColumnBounds bounds, InputReference column, Literal value, string matches)
    {
        (string Name, ComparisonOperator Operator)[] all =
        [
            ("=", ComparisonOperator.Equal), ("!=", ComparisonOperator.NotEqual), ("<", ComparisonOperator.Less),
            ("<=", ComparisonOperator.LessOrEqual), (">", ComparisonOperator.Greater), (">=", ComparisonOperator.GreaterOrEqual),
        ];
        Assert.Equal(matches, string.Join(" ", all.Where(item => Might(new Comparison(item.Operator, column, value), bounds)).Select(static item => item.Name)));
    }

    private static bool Might(Expression predicate, ColumnBounds bounds) => PredicatePruner.MightMatch(predicate, _ => bounds);

    private static Literal Numeric(int unscaled, int scale) => new((Int128)unscaled, SqlType.Numeric(15, scale));

    private static Bound Words(string text) => new(0, Bytes: System.Text.Encoding.UTF8.GetBytes(text));
}
