using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;
using SqlCluster.Generators.Tpch.Tables;

namespace SqlCluster.Generators.Tpch.Writing;

/// <summary>Writes a table to a stream in dbgen's text format. The caller owns the stream.</summary>
internal sealed class TblFile(TpchTable table, Stream stream) : TableFile(table)
{
    private const int RowsPerPiece = 16_384;

    public override int UnitsPerPiece => RowsPerPiece / Table.MaxRowsPerUnit;

    public override PieceEncoder CreateEncoder() => new TblEncoder(Table, UnitsPerPiece);

    public override void Append(PieceEncoder encoder) => stream.Write(((TblEncoder)encoder).Text);

    public override void Finish() => stream.Flush();

    public override void Dispose()
    {
    }

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
