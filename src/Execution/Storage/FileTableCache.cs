using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.ArrowFiles;
using SqlCluster.Execution.Csv;
using SqlCluster.Execution.Json;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>Formats of table files.</summary>
public enum FileFormat
{
    Parquet,
    Csv,
    Json,
    Arrow,
}

/// <summary>How files are read as a table.</summary>
/// <param name="Format">The format; null: by the files' ending.</param>
/// <param name="Options">Format options by lower-case name (header, delimiter, ...), for CSV and JSON: columns; for every format: hive_partitioning, filename, union_by_name.</param>
/// <param name="Columns">Columns as declared; null: taken from the files.</param>
/// <param name="FolderColumns">Columns from folder names as declared; null: found in the paths.</param>
public sealed record FileTableOptions(
    FileFormat? Format, IReadOnlyDictionary<string, string> Options, NodeList<TableColumn>? Columns = null, NodeList<TableColumn>? FolderColumns = null)
{
    public static readonly FileTableOptions Default = new(null, new Dictionary<string, string>());
}

/// <summary>Opens paths as tables and remembers what it has read of them until a file's size or time changes. Thread-safe.</summary>
public sealed class FileTableCache : IDisposable
{
    /// <summary>Files beyond which the cache starts over.</summary>
    private const int MaxRemembered = 512;

    // What was found out about first files: reading their samples costs more than many queries.
    private readonly ConcurrentDictionary<(string Path, long Length, long Ticks, FileFormat Format, string Options, NodeList<TableColumn>? Declared), object> _opened = new();

    // Weak: a reference lives as long as its table.
    private readonly ConditionalWeakTable<ITable, TableReference.OfFiles> _references = [];

    /// <exception cref="QueryException">58P01: no such file; 0A000: not a format that can be read; 42501: not allowed to read it.</exception>
    public ITable Open(string path, FileTableOptions options, CancellationToken cancellation = default) => Open([path], options, cancellation);

    /// <summary>Opens the files of several paths as one table. What takes long, such as listing folders and reading thousands of footers, is done aside, where a cancelled query leaves it behind.</summary>
    /// <exception cref="QueryException">58P01: no such file; 0A000: not a format that can be read; 42501: not allowed to read it.</exception>
    /// <exception cref="OperationCanceledException">The query was cancelled.</exception>
    public ITable Open(IReadOnlyList<string> paths, FileTableOptions options, CancellationToken cancellation = default)
    {
        bool isOneFile = paths.Count == 1 && options.Options.Count == 0 && File.Exists(paths[0]);
        return isOneFile || !cancellation.CanBeCanceled ? OpenAll() : Kernels.Aside.Run(OpenAll, cancellation);

        ITable OpenAll() => Open(Path.GetFileNameWithoutExtension(paths[0].TrimEnd(Path.DirectorySeparatorChar)), [.. paths.SelectMany(FilePaths.Expand)], options, cancellation);
    }

    /// <summary>What stands for a table in a plan that travels; null for a table that this cache has not opened.</summary>
    public TableReference? ReferenceTo(ITable table) => _references.TryGetValue(table, out TableReference.OfFiles? reference) ? reference : null;

    /// <summary>Opens the files of a plan that has travelled.</summary>
    /// <exception cref="QueryException">As for the other overloads; 22023: an unknown format.</exception>
    public ITable Open(TableReference.OfFiles reference)
    {
        FileFormat format = Enum.TryParse(reference.Format, out FileFormat known) ? known : throw new QueryException("22023", ErrorKind.User, $"unknown file format: \"{reference.Format}\"");
        return Open(reference.Name, [.. reference.Files], new FileTableOptions(format, reference.Options.ToDictionary(StringComparer.OrdinalIgnoreCase), reference.Columns, reference.FolderColumns), default);
    }

    private ITable Open(string name, string[] files, FileTableOptions options, CancellationToken cancellation)
    {
        if (options.Format is null or FileFormat.Parquet or FileFormat.Arrow)
        {
            FilePaths.CheckOneFormat(files);
        }

        FileFormat format = options.Format ?? FilePaths.FormatOf(files[0]);
        ITable table = Open(name, files, format, options, cancellation);
        _references.AddOrUpdate(table, new TableReference.OfFiles(
            name, NodeList.Create<string>(files), format.ToString(), [.. options.Options.OrderBy(static option => option.Key, StringComparer.Ordinal)], options.Columns, options.FolderColumns));
        return table;
    }

    private ITable Open(string name, string[] files, FileFormat format, FileTableOptions options, CancellationToken cancellation)
    {
        var formatOptions = new Dictionary<string, string>(options.Options, StringComparer.OrdinalIgnoreCase);
        bool? fromFolders = formatOptions.Remove("hive_partitioning", out string? flag) ? CsvOptions.Flag("hive_partitioning", flag) : null;
        bool hasFileName = formatOptions.Remove("filename", out string? fileName) && CsvOptions.Flag("filename", fileName);
        bool isByName = formatOptions.Remove("union_by_name", out string? byName) && CsvOptions.Flag("union_by_name", byName);
        if (format is FileFormat.Csv or FileFormat.Json && formatOptions.TryGetValue("columns", out string? columns))
        {
            options = options with { Columns = ColumnTypeOptions.Columns("columns", columns) };
            if (format == FileFormat.Json)
            {
                formatOptions.Remove("columns");
            }
        }

        NodeList<TableColumn> folders = options.FolderColumns ?? (fromFolders != false ? FolderColumns.Find(files) : []);
        if (options.FolderColumns == null && options.Columns != null && fromFolders != true)
        {
            folders = [.. folders.Where(folder => options.Columns.Any(column => column.Name == folder.Name))];
        }

        NodeList<TableColumn>? declared = options.Columns == null ? null : [.. options.Columns.Where(column => !folders.Any(folder => folder.Name == column.Name))];
        folders = [.. folders.Select(folder => options.Columns?.FirstOrDefault(column => column.Name == folder.Name) ?? folder)];
        Func<IReadOnlyList<string>, IScannableTable> open = Opener(format, name, files, formatOptions, declared, cancellation);
        if (isByName && files.Length > 1 && options.Columns == null)
        {
            return ByName(name, files, format, formatOptions, folders, hasFileName, cancellation);
        }

        IScannableTable whole = open(files);
        bool isReordered = declared != null && format is (FileFormat.Parquet or FileFormat.Arrow);
        if (folders.IsEmpty && !hasFileName && !isReordered)
        {
            return whole;
        }

        NodeList<TableColumn> fileColumns = [.. (declared ?? whole.Columns).Where(column => !folders.Any(folder => folder.Name == column.Name))];
        NodeList<TableColumn> valueColumns = hasFileName ? [.. folders, new TableColumn("filename", SqlType.Text, false)] : folders;
        return new PartitionedTable(whole, fileColumns, valueColumns, Partition(files, folders, hasFileName, open));
    }

    public void Dispose()
    {
    }

    // Each file decides on its columns by itself. Where files disagree about a type, text files are read again as the common one.
    private PartitionedTable ByName(string name, string[] files, FileFormat format, Dictionary<string, string> options, NodeList<TableColumn> folders, bool hasFileName, CancellationToken cancellation)
    {
        IScannableTable[] tables = [.. files.Select(file => Opener(format, Path.GetFileName(file), [file], options, null, cancellation)([file]))];
        NodeList<TableColumn> columns = FilesByName.Union(tables);
        for (int i = 0; i < files.Length; i++)
        {
            TableColumn[] changed = [.. columns.Where(column => tables[i].Columns.Any(own => own.Name == column.Name && !own.Type.Equals(column.Type)))];
            if (changed.Length > 0 && format == FileFormat.Csv)
            {
                var typed = new Dictionary<string, string>(options, StringComparer.OrdinalIgnoreCase) { ["types"] = ColumnTypeOptions.TextOf(columns.Where(column => tables[i].Columns.Any(own => own.Name == column.Name))) };
                tables[i] = Opener(format, Path.GetFileName(files[i]), [files[i]], typed, null, cancellation)([files[i]]);
            }
        }

        var whole = new FilesByName(name, files, tables);
        NodeList<TableColumn> fileColumns = [.. columns.Where(column => !folders.Any(folder => folder.Name == column.Name))];
        NodeList<TableColumn> valueColumns = hasFileName ? [.. folders, new TableColumn("filename", SqlType.Text, false)] : folders;
        return new PartitionedTable(whole, fileColumns, valueColumns, [.. files.Select((file, i) => new FilePartition(tables[i], Values(file, folders, hasFileName)))]);
    }

    // A table of some of the files: what the first one decided holds for all.
    private Func<IReadOnlyList<string>, IScannableTable> Opener(
        FileFormat format, string name, IReadOnlyList<string> files, Dictionary<string, string> options, NodeList<TableColumn>? declared, CancellationToken cancellation)
    {
        switch (format)
        {
            case FileFormat.Parquet:
                ParquetTableOptions parquetOptions = ParquetOptions(options);
                return some => ParquetTable.Open(name, some, parquetOptions);
            case FileFormat.Csv:
                return Remember(files[0], format, options, declared, () => CsvTable.Open(name, files, options, declared, cancellation)).WithFiles;
            case FileFormat.Json:
                return Remember(files[0], format, options, declared, () => JsonTable.Open(name, files, options, declared)).WithFiles;
            case FileFormat.Arrow:
                NoOptions(options);
                return Remember(files[0], format, options, null, () => ArrowTable.Open(name, files)).WithFiles;
            default:
                throw ExecutionErrors.Internal($"format {format}");
        }
    }

    private T Remember<T>(string firstFile, FileFormat format, Dictionary<string, string> options, NodeList<TableColumn>? declared, Func<T> open)
        where T : class
    {
        var info = new FileInfo(firstFile);
        if (!info.Exists)
        {
            return open();
        }

        string optionText = string.Join('\0', options.OrderBy(static option => option.Key, StringComparer.Ordinal).Select(static option => $"{option.Key}={option.Value}"));
        var key = (firstFile, info.Length, info.LastWriteTimeUtc.Ticks, format, optionText, declared);
        if (_opened.TryGetValue(key, out object? known))
        {
            return (T)known;
        }

        T table = open();
        if (_opened.Count >= MaxRemembered)
        {
            _opened.Clear();
        }

        _opened[key] = table;
        return table;
    }

    private static List<FilePartition> Partition(
        IReadOnlyList<string> files, NodeList<TableColumn> folders, bool hasFileName, Func<IReadOnlyList<string>, IScannableTable> open)
    {
        var partitions = new List<FilePartition>();
        foreach (IGrouping<NodeList<Literal>, string> group in files.GroupBy(file => Values(file, folders, hasFileName)))
        {
            partitions.Add(new FilePartition(open([.. group]), group.Key));
        }

        return partitions;
    }

    private static NodeList<Literal> Values(string file, NodeList<TableColumn> folders, bool hasFileName)
    {
        List<(string Name, string? Text)> found = FolderColumns.Parse(file);
        IEnumerable<Literal> values = folders.Select(folder =>
        {
            int index = found.FindLastIndex(pair => pair.Name == folder.Name);
            return index < 0
                ? throw new QueryException("22023", ErrorKind.User, $"no folder \"{folder.Name}=...\" in the path of \"{file}\"")
                : FolderColumns.Value(file, found[index].Text, folder);
        });
        return [.. values, .. hasFileName ? [new Literal(file, SqlType.Text)] : Array.Empty<Literal>()];
    }

    private static void NoOptions(Dictionary<string, string> options)
    {
        foreach (string name in options.Keys)
        {
            throw TextFileErrors.UnknownOption("Arrow", name);
        }
    }

    private static ParquetTableOptions ParquetOptions(Dictionary<string, string> options)
    {
        ParquetTableOptions result = ParquetTableOptions.Default;
        foreach ((string name, string value) in options)
        {
            bool isOn = value.ToLowerInvariant() is "on" or "true" or "1";
            result = name.ToLowerInvariant() switch
            {
                "binary_as_string" => result with { BinaryAsString = isOn },
                "verify_checksums" => result with { VerifyChecksums = isOn },
                _ => throw new QueryException("22023", ErrorKind.User, $"option not recognized for Parquet: \"{name}\""),
            };
        }

        return result;
    }
}
