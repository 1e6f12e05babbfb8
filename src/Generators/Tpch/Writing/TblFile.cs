using SqlCluster.Execution.Storage;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;
using SqlCluster.Generators.Tpch.Tables;

namespace SqlCluster.Generators.Tpch.Writing;

/// <summary>Writes a table in dbgen's text format.</summary>
internal sealed class TblFile : TableFile
{
    private const int RowsPerPiece = 16_384;

    private readonly Stream _stream;
    private readonly ReplacedFile? _file;

    /// <summary>Writes to a stream that the caller owns.</summary>
    public TblFile(TpchTable table, Stream stream)
        : base(table) => _stream = stream;

    public TblFile(TpchTable table, ReplacedFile file)
        : base(table)
    {
        _file = file;
        _stream = file.Stream;
    }

    public override int UnitsPerPiece => RowsPerPiece / Table.MaxRowsPerUnit;

    public override PieceEncoder CreateEncoder() => new TblEncoder(Table, UnitsPerPiece);

    public override void Append(PieceEncoder encoder) => _stream.Write(((TblEncoder)encoder).Text);

    public override void Finish()
    {
        _stream.Flush();
        _file?.Commit();
    }

    public override void Dispose() => _file?.Dispose();

    private sealed class TblEncoder(TpchTable table, int unitCapacity) : PieceEncoder
    {
        private readonly TpchRows _rows = new(table, unitCapacity);
        private readonly TblFormatter _formatter = new(table);

        public ReadOnlySpan<byte> Text => _formatter.Text;

        public override long Encode(TableGenerator generator, int unitCount)
        {
            _formatter.Clear();
            if (generator.Fill(_rows, unitCount))
                _formatter.Print(_rows);
            return _rows.RowCount;
        }
    }
}
