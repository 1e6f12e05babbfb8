using System.Text;

namespace SqlCluster.Server.Tests.Differential;

/// <summary>A statement, or a COPY FROM STDIN with its data; queries and RETURNING give rows.</summary>
internal sealed record RandomStatement(string Sql, string? Data = null, bool IsOrdered = false);

/// <summary>Random changes of the table t from the table u, and queries over both. Both have a primary key, so that a row is met once.</summary>
internal sealed class RandomStatements(Random random)
{
    private static readonly string[] Both = ["t", "u"];
    private readonly RandomExpressions _expressions = new(random);

    /// <summary>CREATE TABLE of a random table, with a check that some rows do not meet.</summary>
    public static string Create(string name) =>
        $"CREATE TABLE {name} ({string.Join(", ", RandomExpressions.Columns.Select(static column => $"{column.Name} {column.Type}"))}, PRIMARY KEY (id), CONSTRAINT {name}_small CHECK (a < 40))";

    public RandomStatement Next() => random.Next(14) switch
    {
        0 or 1 => new(Insert() + Returning("t")),
        2 => new($"INSERT INTO t SELECT {string.Join(", ", RandomExpressions.Columns.Select(Moved))} FROM u WHERE {_expressions.Condition(["u"], 2)}{Conflict()}{Returning("t")}"),
        3 => new($"UPDATE t SET {Assignments(["t"])} WHERE {_expressions.Condition(["t"], 2)}{Returning("t")}"),
        4 => new($"UPDATE t SET {Assignments(Both)} FROM u WHERE t.id = u.id AND {_expressions.Condition(Both, 1)}{Returning("t")}"),
        5 => new($"DELETE FROM t WHERE {_expressions.Condition(["t"], 1)} AND {_expressions.Condition(["t"], 1)}{Returning("t")}"),
        6 => new($"DELETE FROM t USING u WHERE t.id = u.id AND {_expressions.Condition(Both, 2)}{Returning("t")}"),
        7 or 8 => new(Merge()),
        9 => Copy(),
        10 => new(Aggregates()),
        11 => new(Joined()),
        _ => new(Select(), IsOrdered: true),
    };

    private string Insert() => $"INSERT INTO t VALUES {string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Row()))}{Conflict()}";

    private string Row() => $"({string.Join(", ", RandomExpressions.Columns.Select(static (column, i) => (column.Kind, i)).Select(column => _expressions.Literal(column.Kind, column.i == 0 ? 2 : 12)))})";

    private string Moved((string Name, ValueKind Kind, string Type) column) => column.Name == "id"
        ? $"u.id + {random.Next(0, 3)}"
        : Fitting(column.Kind, _expressions.Of(column.Kind, ["u"], 1));

    private string Conflict() => random.Next(3) switch
    {
        0 => "",
        1 => " ON CONFLICT (id) DO NOTHING",
        _ => $" ON CONFLICT (id) DO UPDATE SET {Assignments(["t", "excluded"])}" + (_expressions.Chance(50) ? $" WHERE {_expressions.Condition(["t", "excluded"], 1)}" : ""),
    };

    private string Assignments(string[] tables)
    {
        (string Name, ValueKind Kind, string Type)[] columns = [.. RandomExpressions.Columns.Skip(1).OrderBy(_ => random.Next()).Take(random.Next(1, 4))];
        return string.Join(", ", columns.Select(column => $"{column.Name} = {Fitting(column.Kind, _expressions.Of(column.Kind, tables, 2))}"));
    }

    /// <summary>Texts are cut to what their column holds, now and then.</summary>
    private string Fitting(ValueKind kind, string expression) => kind == ValueKind.Text && _expressions.Chance(90) ? $"left({expression}, 12)" : expression;

    private string Returning(string table) => _expressions.Chance(50) ? "" : $" RETURNING {table}.id, {_expressions.Of(ValueKind.Integer, [table], 1)}, {_expressions.Of(ValueKind.Text, [table], 1)}";

    private string Merge()
    {
        var text = new StringBuilder("MERGE INTO t USING u ON t.id = u.id");
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            string condition = _expressions.Chance(60) ? $" AND {_expressions.Condition(Both, 1)}" : "";
            text.Append(" WHEN MATCHED").Append(condition).Append(" THEN ").Append(random.Next(3) switch { 0 => "DELETE", 1 => "DO NOTHING", _ => $"UPDATE SET {Assignments(Both)}" });
            if (condition.Length == 0)
            {
                break;
            }
        }

        if (_expressions.Chance(70))
        {
            string condition = _expressions.Chance(50) ? $" AND {_expressions.Condition(["u"], 1)}" : "";
            text.Append(" WHEN NOT MATCHED").Append(condition).Append(_expressions.Chance(20) ? " THEN DO NOTHING" : $" THEN INSERT (id, a, c) VALUES (u.id, {_expressions.Of(ValueKind.Integer, ["u"], 1)}, left({_expressions.Of(ValueKind.Text, ["u"], 1)}, 12))");
        }

        return text.ToString();
    }

    /// <summary>Lines that are mostly right, and now and then of a wrong type, too long or too short.</summary>
    private RandomStatement Copy()
    {
        bool isCsv = _expressions.Chance(50);
        var data = new StringBuilder();
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            var values = RandomExpressions.Columns.Select(static (column, at) => (column.Kind, at)).Select(column => Field(column.Kind, column.at, isCsv)).ToList();
            if (_expressions.Chance(4))
            {
                values.RemoveAt(values.Count - 1);
            }

            data.Append(string.Join(isCsv ? "," : "\t", values)).Append('\n');
        }

        return new RandomStatement($"COPY t FROM STDIN{(isCsv ? " (FORMAT csv)" : "")}", data.ToString());
    }

    private string Field(ValueKind kind, int at, bool isCsv)
    {
        if (_expressions.Chance(4))
        {
            return "wrong";
        }

        string literal = at == 0 ? random.Next(-40, 60).ToString(System.Globalization.CultureInfo.InvariantCulture) : _expressions.Literal(kind);
        return literal switch
        {
            "NULL" => isCsv ? "" : "\\N",
            ['\'', .. var text, '\''] => isCsv ? $"\"{text}\"" : text,
            ['d', 'a', 't', 'e', ' ', '\'', .. var date, '\''] => date,
            _ => literal.Replace("::float8", "", StringComparison.Ordinal),
        };
    }

    private string Select() =>
        $"SELECT t.id, {string.Join(", ", Enumerable.Range(0, random.Next(1, 5)).Select(_ => _expressions.Of((ValueKind)random.Next(6), ["t"], 3)))} FROM t WHERE {_expressions.Condition(["t"], 3)} ORDER BY t.id LIMIT {random.Next(1, 60)} OFFSET {random.Next(0, 4)}";

    private string Joined()
    {
        string columns = string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => _expressions.Of((ValueKind)random.Next(6), Both, 2)));
        string exists = _expressions.Chance(40) ? $" AND {_expressions.Pick("", "NOT ")}EXISTS (SELECT FROM u AS v WHERE v.a = t.a AND {_expressions.Condition(["v", "t"], 1)})" : "";
        return $"SELECT {columns} FROM t {_expressions.Pick("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")} u ON t.id = u.id WHERE {_expressions.Condition(Both, 2)}{exists}";
    }

    private string Aggregates()
    {
        string key = _expressions.Of((ValueKind)random.Next(6), ["t"], 1);
        string[] aggregates =
        [
            "count(*)", $"count({_expressions.Of(ValueKind.Text, ["t"], 1)})", $"sum({_expressions.Of(ValueKind.Integer, ["t"], 1)})", $"min({_expressions.Of(ValueKind.Date, ["t"], 1)})",
            $"max({_expressions.Of(ValueKind.Text, ["t"], 1)})", $"bool_and({_expressions.Condition(["t"], 1)})", "string_agg(t.c, ',' ORDER BY t.id)", $"count(DISTINCT {_expressions.Of(ValueKind.Integer, ["t"], 1)})",
            $"sum(t.g) FILTER (WHERE {_expressions.Condition(["t"], 1)})", "array_agg(t.a ORDER BY t.id DESC)",
        ];
        return $"SELECT {key} AS key, {string.Join(", ", aggregates.OrderBy(_ => random.Next()).Take(3))} FROM t WHERE {_expressions.Condition(["t"], 1)} GROUP BY 1 HAVING count(*) > {random.Next(0, 3)}";
    }
}
