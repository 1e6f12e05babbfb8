using System.Diagnostics;
using System.Text;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;

namespace SqlCluster.Parser.Tests;

/// <summary>Lets a PostgreSQL server judge what texts mean; runs where SQLCLUSTER_PSQL holds psql's connection options, such as "-h /tmp -U postgres".</summary>
public sealed class PostgresJudgeTests
{
    private static string? Options => Environment.GetEnvironmentVariable("SQLCLUSTER_PSQL");

    [Fact]
    public void SystemViewsKeepTheirMeaningWhenPrinted()
    {
        Assert.SkipUnless(Options is not null, "SQLCLUSTER_PSQL names no server");
        string[] views = Psql("SELECT definition || chr(1) FROM pg_views WHERE schemaname IN ('pg_catalog', 'information_schema');").Split('\u0001', StringSplitOptions.TrimEntries);
        var script = new StringBuilder("BEGIN; CREATE SCHEMA judge;\n");
        int count = 0;
        foreach (string view in views.Where(static view => view.Length > 0))
        {
            // A view cannot have columns of a pseudo-type.
            if (view.Contains("stavalues", StringComparison.Ordinal) || view.Contains("stxdmcv", StringComparison.Ordinal))
                continue;
            string printed = SqlPrinter.Print(SqlParser.ParseStatement(view));
            script.Append($"CREATE VIEW judge.a{count} AS {view.TrimEnd(';')};\nCREATE VIEW judge.b{count++} AS {printed};\n");
        }
        // SUBSTRING(x FROM n) is printed as the plain call it is.
        script.Append(
            """
            SELECT count(*) || ' ' || count(*) FILTER (WHERE regexp_replace(a.definition, 'SUBSTRING\((.*?) FROM (\d+)', '"substring"(\1, \2') = b.definition)
            FROM pg_views a JOIN pg_views b ON b.schemaname = 'judge' AND b.viewname = 'b' || substr(a.viewname, 2)
            WHERE a.schemaname = 'judge' AND a.viewname LIKE 'a%';
            ROLLBACK;
            """);
        string[] judged = Psql(script.ToString()).Trim().Split('\n')[^1].Split(' ');
        Assert.True(count > 100, $"only {count} views");
        Assert.Equal(count.ToString(), judged[0]);
        Assert.InRange(int.Parse(judged[1]), count - 2, count);
    }

    [Fact]
    public void RandomExpressionsHaveTheValueOfTheirFullyParenthesizedForm()
    {
        Assert.SkipUnless(Options is not null, "SQLCLUSTER_PSQL names no server");
        const int seed = 3;
        var random = new Random(seed);
        var script = new StringBuilder("\\set VERBOSITY sqlstate\n");
        var texts = new List<string>();
        while (texts.Count < 2_000)
        {
            string text = RandomExpression(random, 1);
            try
            {
                string full = Parenthesize(SqlParser.ParseExpression(text));
                texts.Add(text);
                script.Append($"\\echo #\nSELECT {text};\n\\echo #\nSELECT {full};\n");
            }
            catch (ParseException)
            {
                // Comparisons that do not associate, for example.
            }
        }
        string[] answers = Psql(script.ToString()).Split('#').Skip(1).Select(static answer => string.Join(' ', answer.Split('\n').Where(static line => !line.StartsWith("LINE"))).Trim()).ToArray();
        Assert.Equal(2 * texts.Count, answers.Length);
        for (int i = 0; i < texts.Count; i++)
            Assert.True(answers[2 * i] == answers[(2 * i) + 1], $"seed {seed}: {texts[i]} is {answers[2 * i]}, but parenthesized {answers[(2 * i) + 1]}");
        Assert.True(answers.Count(static answer => !answer.Contains("ERROR")) > texts.Count / 2, "too few expressions have a value");
    }

    private static string RandomExpression(Random random, int depth)
    {
        string[] values = ["1", "2", "3", "7", "1.5", "true", "false", "null", "'1'", "'a'"];
        string[] infix = ["+", "-", "*", "/", "%", "^", "||", "<<", "&", "|", "=", "<>", "<", ">=", "AND", "OR", "LIKE", "NOT ILIKE", "IS DISTINCT FROM"];
        string[] suffixes = ["IS NULL", "IS NOT TRUE", "NOTNULL", "::int", "::text", "IN (1, 2)", "BETWEEN 1 AND 5", "NOT BETWEEN 0 AND 2 + 1"];
        string[] prefixes = ["-", "+", "NOT", "~", "@", "- -"];
        var text = new StringBuilder();
        int count = random.Next(1, 5);
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append(' ').Append(infix[random.Next(infix.Length)]).Append(' ');
            if (random.Next(4) == 0)
                text.Append(prefixes[random.Next(prefixes.Length)]).Append(' ');
            text.Append(depth > 0 && random.Next(5) == 0 ? $"({RandomExpression(random, depth - 1)})" : values[random.Next(values.Length)]);
            if (random.Next(4) == 0)
                text.Append(' ').Append(suffixes[random.Next(suffixes.Length)]);
        }
        return text.ToString();
    }

    private static string Parenthesize(Expression expression) => expression switch
    {
        BinaryExpression node => $"({Parenthesize(node.Left)} {node.Operator.Symbol} {Parenthesize(node.Right)})",
        UnaryExpression node => $"({node.Operator.Symbol} {Parenthesize(node.Operand)})",
        LogicalExpression node => $"({string.Join(node.Operator == LogicalOperator.And ? " AND " : " OR ", node.Operands.Select(Parenthesize))})",
        NotExpression node => $"(NOT {Parenthesize(node.Operand)})",
        IsNullExpression node => $"({Parenthesize(node.Operand)} IS {(node.Negated ? "NOT " : "")}NULL)",
        IsTruthExpression node => $"({Parenthesize(node.Operand)} IS {(node.Negated ? "NOT " : "")}{node.Value})",
        IsDistinctFromExpression node => $"({Parenthesize(node.Left)} IS DISTINCT FROM {Parenthesize(node.Right)})",
        BetweenExpression node => $"({Parenthesize(node.Operand)} {(node.Negated ? "NOT " : "")}BETWEEN {Parenthesize(node.Low)} AND {Parenthesize(node.High)})",
        InListExpression node => $"({Parenthesize(node.Operand)} IN ({string.Join(", ", node.Values.Select(Parenthesize))}))",
        PatternMatchExpression node => $"({Parenthesize(node.Operand)} {(node.Negated ? "NOT " : "")}{node.Kind} {Parenthesize(node.Pattern)})",
        CastExpression node => $"(CAST({Parenthesize(node.Operand)} AS {SqlPrinter.Print(node.Type)}))",
        _ => SqlPrinter.Print(expression),
    };

    private static string Psql(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"psql {Options} -XqAt 2>&1"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        process.WaitForExit();
        return output.Result;
    }
}
