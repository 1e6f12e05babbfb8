using System.Globalization;

namespace SqlCluster.Server.PgCatalog;

/// <summary>A row of pg_operator: the operators on our types that PostgreSQL has too.</summary>
internal sealed record OperatorRow(long Oid, string Name, char Kind, long Left, long Right, long Result)
{
    public static readonly IReadOnlyList<OperatorRow> All = [.. CatalogFacts.Lines("objects.txt").Where(static line => line[0] == 'o').Select(Parse)];

    private static OperatorRow Parse(string line)
    {
        string[] parts = line.Split(' ');
        long Id(int index) => long.Parse(parts[index], CultureInfo.InvariantCulture);
        return new OperatorRow(Id(1), parts[2], parts[3][0], Id(4), Id(5), Id(6));
    }
}

/// <summary>A row of pg_cast.</summary>
internal sealed record CastRow(long Oid, long Source, long Target, char Context, char Method)
{
    public static readonly IReadOnlyList<CastRow> All = [.. CatalogFacts.Lines("objects.txt").Where(static line => line[0] == 'c').Select(Parse)];

    private static CastRow Parse(string line)
    {
        string[] parts = line.Split(' ');
        long Id(int index) => long.Parse(parts[index], CultureInfo.InvariantCulture);
        return new CastRow(Id(1), Id(2), Id(3), parts[5][0], parts[6][0]);
    }
}

/// <summary>A row of pg_opfamily.</summary>
internal sealed record OperatorFamilyRow(long Oid, long Method, string Name)
{
    public static readonly IReadOnlyList<OperatorFamilyRow> All = [.. CatalogFacts.Lines("objects.txt").Where(static line => line[0] == 'm').Select(Parse)];

    private static OperatorFamilyRow Parse(string line)
    {
        string[] parts = line.Split(' ');
        return new OperatorFamilyRow(long.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture), parts[3]);
    }
}

/// <summary>A row of pg_opclass.</summary>
internal sealed record OperatorClassRow(long Oid, long Method, string Name, long Family, long Type, bool IsDefault)
{
    public static readonly IReadOnlyList<OperatorClassRow> All = [.. CatalogFacts.Lines("objects.txt").Where(static line => line[0] == 'k').Select(Parse)];

    /// <summary>The class that btree indexes on a type have; 0 when there is none.</summary>
    public static long DefaultFor(long type) =>
        (All.FirstOrDefault(found => found.Method == 403 && found.IsDefault && found.Type == (type == 1043 ? 25 : type)) ?? All.FirstOrDefault(static found => found.Name == "text_ops"))?.Oid ?? 0;

    private static OperatorClassRow Parse(string line)
    {
        string[] parts = line.Split(' ');
        long Id(int index) => long.Parse(parts[index], CultureInfo.InvariantCulture);
        return new OperatorClassRow(Id(1), Id(2), parts[3], Id(4), Id(5), parts[6] == "t");
    }
}
