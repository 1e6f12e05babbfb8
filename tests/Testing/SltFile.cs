namespace SqlCluster.Testing;

/// <summary>How the rows of a query record are ordered before they are compared.</summary>
public enum SltSort
{
    NoSort,
    RowSort,
    ValueSort,
}

/// <summary>A record of an .slt file.</summary>
/// <param name="Line">Line of its first word, from 1.</param>
public abstract record SltRecord(int Line)
{
    /// <summary>The record's statement.</summary>
    public string Sql { get; init; } = "";
}

/// <summary>statement ok, statement error [(SQLSTATE[@POSITION])].</summary>
/// <param name="Line">Line of its first word.</param>
/// <param name="ExpectsError">Whether it must fail.</param>
/// <param name="SqlState">SQLSTATE of the failure, or null for any.</param>
/// <param name="Position">Character of the statement that the failure names, from 1, 0 for none; null for any.</param>
public sealed record SltStatement(int Line, bool ExpectsError, string? SqlState, int? Position = null) : SltRecord(Line);

/// <summary>query TYPES [SORT] [LABEL], with its expected lines as they stand in the file.</summary>
/// <param name="Line">Line of its first word.</param>
/// <param name="Types">A letter a column: I, R, T.</param>
/// <param name="Sort">How rows are ordered before the comparison.</param>
/// <param name="Expected">Lines behind the dashes.</param>
/// <param name="ExpectedLine">Line of the first of them.</param>
public sealed record SltQuery(int Line, string Types, SltSort Sort, string[] Expected, int ExpectedLine) : SltRecord(Line);

/// <summary>A file of statements and queries with their results: SQLite's sqllogictest format and ours, which writes a row a line.</summary>
/// <remarks>
/// Ours differs in that expected rows stand on one line each with two blanks or a tab between values when a record has several columns
/// (<see cref="IsRowPerLine"/>), and that "statement error (22012)" names a SQLSTATE, "statement error (22012@8)" also
/// the character of the statement that the error points to.
/// </remarks>
public sealed class SltFile
{
    private SltFile(string path, List<SltRecord> records, int hashThreshold)
    {
        Path = path;
        Records = records;
        HashThreshold = hashThreshold;
    }

    public string Path { get; }

    public IReadOnlyList<SltRecord> Records { get; }

    /// <summary>Results of more values are given as a hash; 0: never.</summary>
    public int HashThreshold { get; }

    /// <summary>Whether the file is one of ours (.slt), with a row on a line, rather than SQLite's (.test), with a value on a line.</summary>
    public bool IsRowPerLine => Path.EndsWith(".slt", StringComparison.Ordinal);

    /// <summary>Reads a file. Records for other engines are left out (onlyif, skipif; we are "postgresql" and "sqlcluster").</summary>
    /// <exception cref="FormatException">A line that the format does not allow.</exception>
    public static SltFile Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        var records = new List<SltRecord>();
        int threshold = 0, i = 0;
        bool applies = true;
        while (i < lines.Length)
        {
            string line = lines[i].Trim();
            int number = i + 1;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            i++;
            switch (words.Length == 0 ? "#" : words[0])
            {
                case var comment when comment.StartsWith('#'):
                    break;
                case "hash-threshold":
                    threshold = int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case "halt":
                    if (applies)
                    {
                        return new SltFile(path, records, threshold);
                    }

                    applies = true;
                    break;
                case "onlyif":
                    applies &= words[1] is "postgresql" or "sqlcluster";
                    break;
                case "skipif":
                    applies &= words[1] is not ("postgresql" or "sqlcluster");
                    break;
                case "statement":
                    string sql = ReadBlock(lines, ref i, false);
                    string[] failure = words.Length > 2 && words[2].StartsWith('(') ? words[2].Trim('(', ')').Split('@') : [];
                    int? position = failure.Length > 1 ? int.Parse(failure[1], System.Globalization.CultureInfo.InvariantCulture) : null;
                    Add(records, new SltStatement(number, words[1] == "error", failure.FirstOrDefault(), position) { Sql = sql }, ref applies);
                    break;
                case "query":
                    string query = ReadBlock(lines, ref i, true);
                    int expectedLine = i + 1;
                    var expected = new List<string>();
                    while (i < lines.Length && lines[i].Length > 0)
                    {
                        expected.Add(lines[i++]);
                    }

                    SltSort sort = words.Length > 2 ? words[2] switch { "rowsort" => SltSort.RowSort, "valuesort" => SltSort.ValueSort, _ => SltSort.NoSort } : SltSort.NoSort;
                    Add(records, new SltQuery(number, words.Length > 1 ? words[1] : "", sort, [.. expected], expectedLine) { Sql = query }, ref applies);
                    break;
                default:
                    throw new FormatException($"{path}:{number}: not a record: {line}");
            }
        }

        return new SltFile(path, records, threshold);
    }

    private static void Add(List<SltRecord> records, SltRecord record, ref bool applies)
    {
        if (applies)
        {
            records.Add(record);
        }

        applies = true;
    }

    /// <summary>Lines up to an empty one, or up to the dashes of a query.</summary>
    private static string ReadBlock(string[] lines, ref int i, bool untilDashes)
    {
        int start = i;
        while (i < lines.Length && lines[i].Length > 0 && !(untilDashes && lines[i] == "----"))
        {
            i++;
        }

        string sql = string.Join('\n', lines[start..i]);
        if (i < lines.Length && lines[i] == "----")
        {
            i++;
        }

        return sql;
    }
}
