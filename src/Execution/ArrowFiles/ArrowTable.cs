using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.ArrowFiles;

/// <summary>One or more Arrow IPC files (with footer) as a table; the first decides on the columns. Tasks share the batches of all files. Immutable and thread-safe.</summary>
public sealed class ArrowTable : IScannableTable
{
    private const int BytesPerRowGuess = 32;

    private readonly IReadOnlyList<string> _files;

    private ArrowTable(string name, IReadOnlyList<string> files, NodeList<TableColumn> columns)
    {
        Name = name;
        Columns = columns;
        _files = files;
    }

    public string Name { get; }

    public NodeList<TableColumn> Columns { get; }

    /// <summary>Guessed from the files' lengths: counting rows would read every batch's header.</summary>
    public string ContentVersion => FileVersions.Of(_files);

    public TableStatistics Statistics => new(
        Math.Max(1, _files.Sum(static file => new FileInfo(file).Length) / BytesPerRowGuess), false, Columns.Map(static _ => new ColumnStatistics(null, null)));

    /// <exception cref="QueryException">58030: not an Arrow file; 58P01, 42501: the first file cannot be opened; 0A000: a column's type has no SQL type.</exception>
    public static ArrowTable Open(string name, IReadOnlyList<string> files)
    {
        using var account = new MemoryAccount($"columns of {name}");
        using OpenFile file = OpenFile.Open(files[0], account);
        return new ArrowTable(name, files, ArrowColumns.Of(file.Reader.Schema));
    }

    /// <summary>Other files as a table of the same columns.</summary>
    internal ArrowTable WithFiles(IReadOnlyList<string> files) => new(Name, files, Columns);

    public bool CanPushFilter(Expression predicate) => false;

    public IScanSource OpenScan(ScanExec scan, QueryContext query) => new Scan(this, scan, query.Share, query.Account);

    /// <summary>A file that a task reads; batches are handed out one by one.</summary>
    private sealed class OpenFile : IDisposable
    {
        private readonly string _path;
        private readonly FileStream _stream;

        private OpenFile(string path, FileVersion version, FileStream stream, ArrowFileReader reader)
        {
            _path = path;
            Version = version;
            _stream = stream;
            Reader = reader;
        }

        public ArrowFileReader Reader { get; }

        /// <summary>The state of the file when it was opened.</summary>
        public FileVersion Version { get; }

        public static OpenFile Open(string path, MemoryAccount account)
        {
            SpecialFiles.CheckReadable(path);
            FileStream? stream = null;
            try
            {
                stream = FileHandles.Keep(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
                FileVersion version = FileVersion.Of(stream);
                return new OpenFile(path, version, stream, ArrowFileReader.Open(stream, account));
            }
            catch (Exception error) when (error is IpcException or IOException or UnauthorizedAccessException)
            {
                stream?.Dispose();
                throw Failure(path, error);
            }
        }

        /// <summary>A batch of the file as it was when it was opened.</summary>
        /// <exception cref="QueryException">58030: damaged, or changed since.</exception>
        public Batch Read(int index)
        {
            Batch? batch = null;
            try
            {
                batch = Reader.Read(index);
                CheckUnchanged(FileVersion.Of(_stream));
                return batch;
            }
            catch (Exception error) when (error is IpcException or IOException)
            {
                CheckUnchanged(FileVersion.Of(_stream));
                throw Failure(_path, error);
            }
            catch
            {
                batch?.Release();
                throw;
            }
        }

        /// <exception cref="QueryException">58030: the file is another one than was opened before.</exception>
        public void CheckUnchanged(FileVersion version)
        {
            if (version != Version)
            {
                throw TextFileErrors.Changed(_path);
            }
        }

        public void Dispose()
        {
            Reader.Dispose();
            _stream.Dispose();
        }

        private static QueryException Failure(string path, Exception error) => error switch
        {
            FileNotFoundException or DirectoryNotFoundException => TextFileErrors.Missing(path),
            UnauthorizedAccessException => TextFileErrors.NotAllowed(path, error),
            _ => TextFileErrors.InputOutput(path, error),
        };
    }

    private sealed class Scan(ArrowTable table, ScanExec scan, ScanShare share, MemoryAccount account) : IScanSource
    {
        private readonly Lock _lock = new();
        private int _file = -1;
        private int _batch;
        private long _taken;
        private int _batchCount;
        private FileVersion _version;

        public Operator CreateReader(TaskContext context, OperatorMetrics metrics) => new Reader(table, scan, this, context, metrics);

        /// <summary>The next batch that nobody reads yet; null: none is left.</summary>
        public (int File, FileVersion Version, int Batch)? Take()
        {
            lock (_lock)
            {
                do
                {
                    while (_batch >= _batchCount)
                    {
                        if (_file + 1 >= table._files.Count)
                        {
                            return null;
                        }

                        using OpenFile file = OpenFile.Open(table._files[++_file], account);
                        (_batch, _batchCount, _version) = (0, file.Reader.BatchCount, file.Version);
                    }

                    _batch++;
                }
                while (!share.Has(_taken++));
                return (_file, _version, _batch - 1);
            }
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Reads batches and puts them out in windows of the session's batch size.</summary>
    private sealed class Reader(ArrowTable table, ScanExec scan, Scan source, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
    {
        private readonly int[] _ordinals = [.. scan.OutputOrdinals.Select(ordinal => scan.TableOrdinals[ordinal])];
        private OpenFile? _open;
        private int _openFile = -1;
        private Batch? _read;
        private Batch? _current;
        private readonly List<NativeBuffer> _converted = [];
        private int _start;
        private NativeBuffer? _rows;

        protected override Batch? NextCore()
        {
            while (_current == null || _start >= _current.Length)
            {
                ReleaseCurrent();
                if (source.Take() is not var (file, version, batch))
                {
                    return null;
                }

                Read(file, version, batch);
            }

            int first = _start, count = Math.Min(Context.BatchSize, _current.Length - first);
            _start += count;
            if (count == _current.Length)
            {
                return _current;
            }

            NativeBuffer buffer = NativeBuffer.Reuse(ref _rows, count * 4L, Context.Account);
            Span<int> rows = buffer.Span<int>(0, count);
            for (int i = 0; i < count; i++)
            {
                rows[i] = first + i;
            }

            return new Batch(_current.Columns, _current.Length, new SelectionVector(buffer, count));
        }

        public override void Dispose()
        {
            ReleaseCurrent();
            _open?.Dispose();
            _rows?.Release();
            _rows = null;
        }

        private void Read(int file, FileVersion version, int batch)
        {
            if (_openFile != file)
            {
                _open?.Dispose();
                _open = OpenFile.Open(table._files[file], Context.Account);
                _openFile = file;
                _open.CheckUnchanged(version);
                CheckColumns(_open.Reader, table._files[file]);
            }

            _read = _open!.Read(batch);
            _current = new Batch(Array.ConvertAll(_ordinals, ordinal => ArrowColumns.Convert(_read.Columns[ordinal], Context.Account, _converted)), _read.Length);
            _start = 0;
        }

        private void CheckColumns(ArrowFileReader reader, string path)
        {
            NodeList<TableColumn> columns = ArrowColumns.Of(reader.Schema);
            if (columns.Count != table.Columns.Count || columns.Where((column, i) => column.Type != table.Columns[i].Type).Any())
            {
                throw new QueryException("42804", ErrorKind.User, $"the columns of \"{path}\" are not those of the first file");
            }
        }

        private void ReleaseCurrent()
        {
            _read?.Release();
            _converted.ForEach(static buffer => buffer.Release());
            _converted.Clear();
            (_read, _current) = (null, null);
        }
    }
}
