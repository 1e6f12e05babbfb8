using System.Text;
using SqlCluster.Execution.Storage;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;
using SqlCluster.Generators.Tpch.Tables;

namespace SqlCluster.Generators.Tpch.Writing;

/// <summary>Writes a table as text.</summary>
internal sealed class TextTableFile : TableFile
{
    private const int RowsPerPiece = 16_384;

    private readonly TextDialect _dialect;
    private readonly Stream _stream;
    private readonly ReplacedFile? _file;

    /// <summary>Writes to a stream that the caller owns.</summary>
    public TextTableFile(TpchTable table, TextDialect dialect, Stream stream)
        : base(table)
    {
        _dialect = dialect;
        _stream = stream;
        if (dialect == TextDialect.Csv)
            stream.Write(Encoding.UTF8.GetBytes(string.Join(',', table.Columns.Select(static column => column.Name)) + "\n"));
    }

    public TextTableFile(TpchTable table, TextDialect dialect, ReplacedFile file)
        : this(table, dialect, file.Stream) => _file = file;

    public override int UnitsPerPiece => RowsPerPiece / Table.MaxRowsPerUnit;

    public override PieceEncoder CreateEncoder() => new TextEncoder(Table, _dialect, UnitsPerPiece);

    public override void Append(PieceEncoder encoder) => _stream.Write(((TextEncoder)encoder).Text);

    public override void Complete()
    {
        _stream.Flush();
        _file?.Close();
    }

    public override void Finish() => _file?.Commit();

    public override void Dispose() => _file?.Dispose();

    private sealed class TextEncoder(TpchTable table, TextDialect dialect, int unitCapacity) : PieceEncoder
    {
        private readonly TpchRows _rows = new(table, unitCapacity);
        private readonly RowPrinter _printer = new(table, dialect);

        public ReadOnlySpan<byte> Text => _printer.Text;

        public override long Encode(TableGenerator generator, int unitCount)
        {
            _printer.Clear();
            if (generator.Fill(_rows, unitCount))
                _printer.Print(_rows);
            return _rows.RowCount;
        }
    }
}
