using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Csv;

/// <summary>One or more CSV files as a table: the first decides on dialect and columns, the others have the same. Immutable and thread-safe.</summary>
public sealed class CsvTable : IScannableTable
{
    private readonly IReadOnlyList<string> _files;
    private readonly Lazy<TableStatistics> _statistics;

    private CsvTable(string name, IReadOnlyList<string> files, CsvOptions options, CsvDialect dialect, NodeList<TableColumn> columns)
    {
        Name = name;
        Columns = columns;
        Options = options;
        Dialect = dialect;
        _files = files;
        _statistics = new Lazy<TableStatistics>(Estimate);
    }

    public string Name { get; }

    public NodeList<TableColumn> Columns { get; }

    public string ContentVersion => FileVersions.Of(_files);

    public TableStatistics Statistics => _statistics.Value;

    internal CsvOptions Options { get; }

    internal CsvDialect Dialect { get; }

    /// <summary>Opens files as one table.</summary>
    /// <param name="name">Name for EXPLAIN and errors.</param>
    /// <param name="files">At least one.</param>
    /// <param name="options">Options by name: delimiter, quote, escape, header, null, skip, comment, all_varchar, sample_size, ignore_errors, null_padding, names, types, dateformat.</param>
    /// <param name="declared">Columns as declared; null: found by looking at the first file.</param>
    /// <param name="cancellation">Ends the look at a large sample.</param>
    /// <exception cref="Parser.Errors.QueryException">The first file cannot be read, or an option is wrong.</exception>
    public static CsvTable Open(
        string name, IReadOnlyList<string> files, IReadOnlyDictionary<string, string> options, NodeList<TableColumn>? declared = null, CancellationToken cancellation = default)
    {
        CsvOptions known = CsvOptions.Read(options);
        (CsvDialect dialect, NodeList<TableColumn> columns) = CsvSniffer.Sniff(files[0], known, declared, cancellation);
        return new CsvTable(name, files, known, dialect, columns);
    }

    /// <summary>Other files as a table of the same columns, read the same way.</summary>
    internal CsvTable WithFiles(IReadOnlyList<string> files) => new(Name, files, Options, Dialect, Columns);

    public bool CanPushFilter(Expression predicate) => !predicate.HasSubquery() && !predicate.IsVolatile();

    public IScanSource OpenScan(ScanExec scan, QueryContext query) => new TextScanSource(
        scan, new TextBlockSource(_files, Dialect, Options.BlockBytes, query.Share), (source, context, metrics) => new CsvScanReader(this, source, context, metrics));

    // Rows are guessed from the size of the files and of the first file's first rows.
    private TableStatistics Estimate()
    {
        (byte[] sample, bool isWhole) = TextBlockSource.ReadSample(_files[0], 64 * 1024);
        long lines = Math.Max(1, sample.AsSpan().Count((byte)'\n'));
        double bytes = _files.Sum(static file => new FileInfo(file).Length * (FilePaths.IsPacked(file) ? 4.0 : 1.0));
        long rows = isWhole && _files.Count == 1 ? lines : (long)(bytes / Math.Max(1, sample.Length) * lines);
        return new TableStatistics(rows, IsExact: false, Columns.Map(static column => new ColumnStatistics(null, null, AverageBytes: column.Type.IsText ? 16 : 8)));
    }
}
