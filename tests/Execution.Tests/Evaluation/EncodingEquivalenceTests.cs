using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Tests.Kernels;
using static SqlCluster.Execution.Tests.Evaluation.Expressions;

namespace SqlCluster.Execution.Tests.Evaluation;

/// <summary>Every expression gives the same rows whatever the encoding of its inputs, whole or selected, and row by row as constants.</summary>
public sealed class EncodingEquivalenceTests
{
    private static readonly int Seed = Environment.TickCount;

    private static readonly SqlType[] ColumnTypes =
        [SqlType.Integer, SqlType.Numeric(15, 2), SqlType.DoublePrecision, SqlType.Varchar(), SqlType.Date, SqlType.Boolean, SqlType.BigInt, SqlType.Numeric(12, 4)];

    public static TheoryData<string> Names => [.. Cases().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encodings_give_the_same_rows(string name)
    {
        Expression expression = Cases()[name];
        var random = new Random(Seed);
        foreach (double nulls in (double[])[0, 0.2])
        {
            foreach (int length in (int[])[1, 7, 64, 300])
            {
                using var account = new MemoryAccount("test");
                Vector[] flat = Columns(length, nulls, random, account);
                Vector[] codes = [.. flat.Select(column => column.NullCount == column.Length ? column : TestVectors.AsDictionary(column, random, account))];
                using CompiledExpression compiled = ExpressionCompiler.Compile(expression, new EvaluationContext(account));
                string[] expected = [.. Enumerable.Range(0, length).Select(row => RowByRow(expression, flat, row, account))];
                Assert.Equal(expected, Texts(compiled.Evaluate(new Batch(flat, length)), expression.Type));
                Assert.Equal(expected, Texts(compiled.Evaluate(new Batch(codes, length)), expression.Type));

                // The second time the dictionary's entries are computed already.
                Assert.Equal(expected, Texts(compiled.Evaluate(new Batch(codes, length)), expression.Type));
                int[] rows = [.. Enumerable.Range(0, length).Where(_ => random.Next(3) == 0)];
                NativeBuffer buffer = NativeBuffer.Allocate((length + 16) * 4, account);
                rows.CopyTo(buffer.Span<int>());
                foreach (Vector[] columns in (Vector[][])[flat, codes])
                {
                    string[] selected = Texts(compiled.Evaluate(new Batch(columns, length, new SelectionVector(buffer, rows.Length))), expression.Type);
                    Assert.Equal(rows.Select(row => expected[row]), rows.Select(row => selected[row]));
                }

                if (expression.Type.Kind == TypeKind.Boolean)
                {
                    using CompiledPredicate predicate = ExpressionCompiler.CompilePredicate(expression, new EvaluationContext(account));
                    foreach (Vector[] columns in (Vector[][])[flat, codes])
                    {
                        SelectionVector? passed = predicate.Filter(new Batch(columns, length));
                        int[] numbers = passed == null ? [.. Enumerable.Range(0, length)] : passed.Rows.ToArray();
                        Assert.Equal(Enumerable.Range(0, length).Where(row => expected[row] == "TRUE"), numbers);
                        passed = predicate.Filter(new Batch(columns, length, new SelectionVector(buffer, rows.Length)));
                        numbers = passed == null ? rows : passed.Rows.ToArray();
                        Assert.Equal(rows.Where(row => expected[row] == "TRUE"), numbers);
                    }
                }
            }
        }
    }

    private static Dictionary<string, Expression> Cases()
    {
        Expression integer = Input(0, ColumnTypes[0]), price = Input(1, ColumnTypes[1]), real = Input(2, ColumnTypes[2]), text = Input(3, ColumnTypes[3]);
        Expression date = Input(4, ColumnTypes[4]), truth = Input(5, ColumnTypes[5]), big = Input(6, ColumnTypes[6]), fine = Input(7, ColumnTypes[7]);
        Expression discounted = Call("*", price, Call("-", Number(1, 1, 0), fine));
        Expression less = new Comparison(ComparisonOperator.Less, integer, Literal.Integer(10));
        Expression isText = new Comparison(ComparisonOperator.GreaterOrEqual, text, Literal.Text("b"));
        var cases = new Dictionary<string, Expression>(StringComparer.Ordinal)
        {
            ["integer + 1"] = Call("+", integer, Literal.Integer(1)),
            ["1 - integer"] = Call("-", Literal.Integer(1), integer),
            ["integer * integer"] = Call("*", integer, integer),
            ["bigint % 7"] = Call("%", big, Literal.BigInt(7)),
            ["price * (1 - fine)"] = discounted,
            ["price * (1 - fine) * price"] = Call("*", discounted, price),
            ["price + fine"] = Call("+", price, fine),
            ["price / 3"] = Call("/", price, Number(3, 1, 0)),
            ["double * 2"] = Call("*", real, new Literal(2.0, SqlType.DoublePrecision)),
            ["price < fine"] = new Comparison(ComparisonOperator.Less, price, fine),
            ["price = 0.50"] = new Comparison(ComparisonOperator.Equal, price, Number(5, 1, 1)),
            ["price > 0.555"] = new Comparison(ComparisonOperator.Greater, price, Number(555, 3, 3)),
            ["price in (0.1, 0.20, 0.305, null)"] = new InList(price, [Number(1, 1, 1), Number(20, 2, 2), Number(305, 3, 3), Literal.Null(SqlType.Numeric(1, 0))]),
            ["text not in (10 words)"] = new InList(text, [.. Enumerable.Range(0, 10).Select(i => Literal.Text(new string((char)('a' + i), i)))], Negated: true),
            ["integer in (1, 2, 3)"] = new InList(integer, [Literal.Integer(1), Literal.Integer(2), Literal.Integer(3)]),
            ["text like a%"] = new Like(text, Literal.Text("a%")),
            ["text not like %aa%bb%"] = new Like(text, Literal.Text("%aa%bb%"), Negated: true),
            ["text ilike _A%"] = new Like(text, Literal.Text("_A%"), IgnoreCase: true),
            ["text like text"] = new Like(text, text),
            ["text between"] = new And([isText, new Comparison(ComparisonOperator.Less, text, Literal.Text("ca"))]),
            ["date range"] = new And([new Comparison(ComparisonOperator.GreaterOrEqual, date, Date("1994-01-01")), new Comparison(ComparisonOperator.Less, date, Date("1995-01-01")), less]),
            ["or with null"] = new Or([truth, less, new Comparison(ComparisonOperator.Equal, big, Literal.Null(SqlType.BigInt))]),
            ["not"] = new Not(new And([truth, isText])),
            ["is null"] = new And([new IsNull(price), new IsNull(text, Negated: true)]),
            ["is true"] = new Or([new IsTruth(truth, true), new IsTruth(less, false, Negated: true)]),
            ["distinct"] = new IsDistinctFrom(price, fine),
            ["not distinct null"] = new IsDistinctFrom(integer, Literal.Null(SqlType.Integer), Negated: true),
            ["case"] = new Case([new(less, discounted), new(isText, new Literal(Int128.One, discounted.Type))], Literal.Null(discounted.Type)),
            ["case of text"] = new Case([new(truth, text), new(less, Literal.Text("a longer text than twelve"))], Literal.Text("x")),
            ["guarded division"] = new Case([new(new Comparison(ComparisonOperator.NotEqual, integer, Literal.Integer(0)), Call("/", Literal.Integer(100), integer))], Literal.Integer(0)),
            ["and guards division"] = new And([
                new Comparison(ComparisonOperator.NotEqual, integer, Literal.Integer(0)), new Comparison(ComparisonOperator.Greater, Call("/", Literal.Integer(100), integer), Literal.Integer(3))]),
            ["coalesce"] = new Coalesce([integer, new Cast(price, SqlType.Integer), Literal.Integer(-1)]),
            ["coalesce text"] = new Coalesce([text, Literal.Text("nothing here to be seen")]),
            ["cast date to timestamp"] = new Cast(date, SqlType.Timestamp),
            ["cast price to text"] = new Cast(price, SqlType.Text),
            ["cast price to double"] = new Cast(price, SqlType.DoublePrecision),
            ["cast price to numeric(10,0)"] = new Cast(price, SqlType.Numeric(10, 0)),
            ["cast integer to bigint"] = new Cast(integer, SqlType.BigInt),
            ["try cast text to integer"] = new Cast(text, SqlType.Integer, IsTry: true),
            ["shared"] = new Or([new Comparison(ComparisonOperator.Less, discounted, price), new Comparison(ComparisonOperator.Greater, Call("+", discounted, discounted), price)]),
        };
        return cases;
    }

    private static string[] Texts(Vector vector, SqlType type) => [.. Enumerable.Range(0, vector.Length).Select(row => LiteralVectors.ToLiteral(vector, row, type).ToString())];

    /// <summary>The row's values as literals in place of the inputs.</summary>
    private static string RowByRow(Expression expression, Vector[] columns, int row, MemoryAccount account)
    {
        Expression Bind(Expression node) => node is InputReference input
            ? LiteralVectors.ToLiteral(columns[input.Ordinal], row, input.Type)
            : node.Children.IsEmpty ? node : node.WithChildren(node.Children.Map(Bind));
        return new ConstantEvaluator(_ => new EvaluationContext(account)).Evaluate(Bind(expression)).ToString();
    }

    private static Vector[] Columns(int length, double nulls, Random random, MemoryAccount account)
    {
        T?[] Make<T>(Func<T> value)
            where T : struct => [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() < nulls ? (T?)null : value())];
        return
        [
            TestVectors.Fixed(ArrowType.Int32, Make(() => random.Next(-3, 20)), account),
            TestVectors.Fixed(ArrowType.Decimal64(15, 2), Make(() => random.NextInt64(-50, 100)), account),
            TestVectors.Fixed(ArrowType.Float64, Make(() => random.Next(4) == 0 ? double.NaN : random.Next(100) / 8.0), account),
            TestVectors.Text([.. Enumerable.Range(0, length).Select(_ => random.NextDouble() < nulls ? null : Word(random))], account),
            TestVectors.Fixed(ArrowType.Date32, Make(() => random.Next(8600, 9400)), account),
            TestVectors.Booleans(Make(() => random.Next(2) == 0), account),
            TestVectors.Fixed(ArrowType.Int64, Make(() => random.NextInt64(-100, 100)), account),
            TestVectors.Fixed(ArrowType.Decimal64(12, 4), Make(() => random.NextInt64(0, 10000)), account),
        ];
    }

    private static string Word(Random random)
    {
        string word = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => new string("aAbBcé1"[random.Next(7)], random.Next(1, 9))));
        return random.Next(5) == 0 ? random.Next(100).ToString(System.Globalization.CultureInfo.InvariantCulture) : word;
    }
}
