using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>Writes a folder with a file for every combination of some columns' values, which go into the folders' names. The folder appears when all is written.</summary>
internal sealed class PartitionedSink : FileSink
{
    /// <summary>Files that may be open at a time.</summary>
    private const int MaxPartitions = 1000;

    private const string Overwrite = "overwrite";

    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly FileFormat _format;
    private readonly IReadOnlyList<(string Name, SqlType Type)> _columns;
    private readonly IReadOnlyDictionary<string, string> _options;
    private readonly int[] _keys;
    private readonly int[] _others;
    private readonly MemoryAccount _account = new("copy to folder", long.MaxValue);
    private readonly Dictionary<string, FileSink> _sinks = new(StringComparer.Ordinal);
    private readonly bool _replaces;
    private bool _isFinished;

    /// <exception cref="QueryException">42703: no such column; 42P07: the folder is there and not empty, and is not to be replaced.</exception>
    public PartitionedSink(string path, FileFormat format, IReadOnlyList<(string Name, SqlType Type)> columns, IReadOnlyDictionary<string, string> options, string partitionBy)
    {
        _path = Path.GetFullPath(path.TrimEnd(Path.DirectorySeparatorChar));
        _format = format;
        _columns = columns;
        _replaces = Replaces(options);
        _options = options.Where(static option => !option.Key.Equals(Overwrite, StringComparison.OrdinalIgnoreCase)).ToDictionary(StringComparer.OrdinalIgnoreCase);
        _keys = [.. partitionBy.Trim('(', ')', '[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Ordinal)];
        _others = [.. Enumerable.Range(0, columns.Count).Except(_keys)];
        if (_keys.Length == 0 || _others.Length == 0)
        {
            throw TextFileErrors.InvalidOption("partition_by", partitionBy);
        }

        if (File.Exists(_path) || (!_replaces && Directory.Exists(_path) && Directory.EnumerateFileSystemEntries(_path).Any()))
        {
            throw new QueryException("42P07", ErrorKind.User, $"folder is not empty: '{path}'") { Hint = "OVERWRITE true replaces all that is in the folder." };
        }

        if (!Directory.Exists(Path.GetDirectoryName(_path)))
        {
            throw new DirectoryNotFoundException();
        }

        _temporaryPath = Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(_temporaryPath);
    }

    protected override void FinishFile()
    {
        foreach (FileSink sink in _sinks.Values)
        {
            sink.Finish();
        }

        if (!Directory.Exists(_path))
        {
            Directory.Move(_temporaryPath, _path);
        }
        else if (!_replaces)
        {
            Directory.Delete(_path);
            Directory.Move(_temporaryPath, _path);
        }
        else
        {
            // Files are moved away whole and come back if the new ones cannot take their place.
            string replaced = $"{_temporaryPath}.old";
            Directory.Move(_path, replaced);
            try
            {
                Directory.Move(_temporaryPath, _path);
            }
            catch (IOException)
            {
                Directory.Move(replaced, _path);
                throw;
            }

            Directory.Delete(replaced, recursive: true);
        }

        _isFinished = true;
    }

    public override void Dispose()
    {
        foreach (FileSink sink in _sinks.Values)
        {
            sink.Dispose();
        }

        _sinks.Clear();
        _account.Dispose();
        if (!_isFinished && Directory.Exists(_temporaryPath))
        {
            Directory.Delete(_temporaryPath, recursive: true);
        }
    }

    protected override void WriteRows(Batch batch)
    {
        var rowsOf = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        VectorReader[] readers = [.. _keys.Select(key => new VectorReader(batch.Columns[key]))];
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection == null ? i : batch.Selection.Rows[i];
            string folder = "";
            for (int key = 0; key < readers.Length; key++)
            {
                (string name, SqlType type) = _columns[_keys[key]];
                string? text = readers[key].IsNull(row) ? null : TextForms.Format(type, in readers[key], row, Zone.Utc);
                folder = Path.Combine(folder, FolderColumns.FolderName(name, text));
            }

            if (!rowsOf.TryGetValue(folder, out List<int>? rows))
            {
                rowsOf.Add(folder, rows = []);
            }

            rows.Add(row);
        }

        Vector[] columns = [.. _others.Select(ordinal => batch.Columns[ordinal])];
        foreach ((string folder, List<int> rows) in rowsOf)
        {
            NativeBuffer buffer = NativeBuffer.Allocate((rows.Count + 16L) * sizeof(int), _account);
            rows.CopyTo(buffer.Span<int>(0, rows.Count));
            Sink(folder).Write(new Batch(columns, batch.Length, new SelectionVector(buffer, rows.Count)));
            buffer.Release();
        }
    }

    private FileSink Sink(string folder)
    {
        if (!_sinks.TryGetValue(folder, out FileSink? sink))
        {
            if (_sinks.Count == MaxPartitions)
            {
                throw new QueryException("54000", ErrorKind.Resources, $"more than {MaxPartitions} folders in one COPY to '{_path}'");
            }

            Directory.CreateDirectory(Path.Combine(_temporaryPath, folder));
            string ending = _format switch { FileFormat.Parquet => "parquet", FileFormat.Csv => "csv", FileFormat.Json => "json", FileFormat.Arrow => "arrow" };
            sink = Create(Path.Combine(_temporaryPath, folder, $"data_0.{ending}"), _format, [.. _others.Select(ordinal => _columns[ordinal])], _options);
            _sinks.Add(folder, sink);
        }

        return sink;
    }

    private static bool Replaces(IReadOnlyDictionary<string, string> options) =>
        options.FirstOrDefault(static option => option.Key.Equals(Overwrite, StringComparison.OrdinalIgnoreCase)) is { Key: not null, Value: var value }
        && value.ToLowerInvariant() switch
        {
            "" or "true" or "on" or "1" => true,
            "false" or "off" or "0" => false,
            _ => throw TextFileErrors.InvalidOption(Overwrite, value),
        };

    private int Ordinal(string name)
    {
        for (int i = 0; i < _columns.Count; i++)
        {
            if (_columns[i].Name == name)
            {
                return i;
            }
        }

        throw new QueryException("42703", ErrorKind.User, $"column \"{name}\" does not exist");
    }
}
