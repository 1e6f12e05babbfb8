using SqlCluster.Execution.Parquet.Writing;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;
using SqlCluster.Generators.Tpch.Tables;

namespace SqlCluster.Generators.Tpch.Writing;

/// <summary>Writes a table as a Parquet file; a piece is a row group.</summary>
internal sealed class ParquetTableFile : TableFile
{
    private readonly ParquetWriter _writer;
    private readonly int _rowGroupRows;

    public ParquetTableFile(TpchTable table, string path, ParquetWriteOptions options)
        : base(table)
    {
        _rowGroupRows = options.RowGroupRows;
        _writer = ParquetWriter.Create(path, BatchBuilder.SchemaOf(table), options);
    }

    public override int UnitsPerPiece => Math.Max(1, _rowGroupRows / Table.AverageRowsPerUnit);

    public override PieceEncoder CreateEncoder() => new Encoder(Table, _writer.CreateRowGroup());

    public override void Append(PieceEncoder encoder) => _writer.Append(((Encoder)encoder).RowGroup);

    public override void Complete() => _writer.Complete();

    public override void Finish() => _writer.Finish();

    public override void Dispose() => _writer.Dispose();

    private sealed class Encoder(TpchTable table, RowGroupEncoder rowGroup) : PieceEncoder
    {
        private const int RowsAtOnce = 8_192;

        private readonly TpchRows _rows = new(table, RowsAtOnce / table.MaxRowsPerUnit);
        private readonly BatchBuilder _batches = new(table);

        public RowGroupEncoder RowGroup => rowGroup;

        public override long Encode(TableGenerator generator, int unitCount)
        {
            for (int units = 0; units < unitCount && generator.Fill(_rows, unitCount - units); units += _rows.UnitCapacity)
                rowGroup.Write(_batches.Build(_rows));
            rowGroup.Complete();
            return rowGroup.RowCount;
        }

        public override void Dispose() => _batches.Dispose();
    }
}
