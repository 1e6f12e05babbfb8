using SqlCluster.Testing;

namespace SqlCluster.Bench.Suites;

/// <summary>What a suite runs on.</summary>
internal sealed record SuiteOptions(
    string Name, DirectoryInfo? Data, DirectoryInfo? Queries, DirectoryInfo? Answers, int Runs, string? Only, bool Alone, string[] Settings)
{
    /// <summary>Folder of the tables.</summary>
    public string DataFolder => Data?.FullName ?? DefaultFolder(Name);

    public string QueryFolder => Queries?.FullName ?? (Name == "shapes" ? Path.Combine(Corpus.Root, "bench", "queries", "shapes") : Corpus.Path(Name, "queries"));

    /// <summary>Expected answers: given, or those of the corpus for the scale that the data folder's name ends in; null: DuckDB's.</summary>
    public string? AnswerFolder
    {
        get
        {
            if (Answers != null)
            {
                return Answers.FullName;
            }

            if (Name == "shapes")
            {
                return null;        // DuckDB answers
            }

            string scale = Path.GetFileName(DataFolder.TrimEnd('/'));
            string folder = Name == "tpcds" ? Corpus.Path("tpcds", "answers") : Corpus.Path("tpch", "answers", scale[(scale.LastIndexOf("sf", StringComparison.Ordinal) is var at and >= 0 ? at : 0)..]);
            return Directory.Exists(folder) ? folder : null;
        }
    }

    /// <summary>Where a suite's tables are looked for.</summary>
    public static string DefaultFolder(string suite) => suite is "tpch" or "shapes" ? Path.Combine(Corpus.Root, "data", "tpch-sf1") : Corpus.Path("tpcds", "sample");

    /// <summary>Number and text of the queries to run.</summary>
    public IEnumerable<(int Number, string Sql)> QueryTexts()
    {
        HashSet<int>? wanted = Only == null ? null : [.. Only.Split(',').Select(int.Parse)];
        foreach (string file in Directory.GetFiles(QueryFolder, "q*.sql").Order(StringComparer.Ordinal))
        {
            int number = int.Parse(Path.GetFileNameWithoutExtension(file)[1..], System.Globalization.CultureInfo.InvariantCulture);
            if (wanted == null || wanted.Contains(number))
            {
                yield return (number, File.ReadAllText(file).TrimEnd().TrimEnd(';'));
            }
        }
    }
}
