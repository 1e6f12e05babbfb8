namespace SqlCluster.Testing;

/// <summary>What the names of places in .slt files stand for: __ROOT__ is the repository's root, __TEMP__ a folder that is empty at first and goes away at the end.</summary>
internal sealed class SltPlaces : IDisposable
{
    private readonly Lazy<DirectoryInfo> _temporary = new(static () => Directory.CreateTempSubdirectory("slt-"));

    public SltRecord Fill(SltRecord record)
    {
        string sql = record.Sql.Replace("__ROOT__", Corpus.Root, StringComparison.Ordinal);
        return record with { Sql = sql.Contains("__TEMP__", StringComparison.Ordinal) ? sql.Replace("__TEMP__", _temporary.Value.FullName, StringComparison.Ordinal) : sql };
    }

    public void Dispose()
    {
        if (_temporary.IsValueCreated)
        {
            _temporary.Value.Delete(recursive: true);
        }
    }
}
