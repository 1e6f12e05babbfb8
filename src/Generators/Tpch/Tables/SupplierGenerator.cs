using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

/// <summary>Generates suppliers. One in a thousand has a complaint or a recommendation written over its comment (clause 4.2.3).</summary>
internal sealed class SupplierGenerator : TableGenerator
{
    private const int RemarksPerBase = 10;
    private const int PercentComplaints = 50;

    private readonly AddressStream _addresses = new(706178559);
    private readonly NumberStream _nations = new(110356601, 0, 24);
    private readonly PhoneStream _phones = new(884434366);
    private readonly NumberStream _balances = new(962338209, -99_999, 999_999);
    private readonly TextStream _comments;
    private readonly NumberStream _remarks = new(202794285, 1, 10_000);
    private readonly RandomStream _remarkGaps = new(263032577, 1);
    private readonly RandomStream _remarkOffsets = new(715851524, 1);
    private readonly NumberStream _remarkKinds = new(753643799, 0, 100);

    public SupplierGenerator(TextPool pool, TpchScale scale, long firstUnit)
        : base(TpchTable.Supplier, scale, firstUnit)
    {
        _comments = new TextStream(1341315363, pool, averageLength: 63);
        _addresses.SkipRows(firstUnit);
        _nations.SkipRows(firstUnit);
        _phones.SkipRows(firstUnit);
        _balances.SkipRows(firstUnit);
        _comments.SkipRows(firstUnit);
        _remarks.SkipRows(firstUnit);
        _remarkGaps.SkipRows(firstUnit);
        _remarkOffsets.SkipRows(firstUnit);
        _remarkKinds.SkipRows(firstUnit);
    }

    private protected override int Generate(TpchRows rows, long firstUnit, int unitCount)
    {
        for (int row = 0; row < unitCount; row++)
        {
            long key = firstUnit + row + 1;
            int nation = _nations.NextRow();
            rows.LongArray(0)[row] = key;
            rows.Texts(1).AppendNumbered("Supplier#"u8, key);
            _addresses.AppendTo(rows.Texts(2));
            rows.IntArray(3)[row] = nation;
            _phones.AppendTo(rows.Texts(4), nation);
            rows.LongArray(5)[row] = _balances.NextRow();
            AppendComment(rows.Texts(6));
        }
        return unitCount;
    }

    private void AppendComment(TextColumn column)
    {
        ReadOnlySpan<byte> original = _comments.Next();
        Span<byte> comment = column.Reserve(original.Length);
        original.CopyTo(comment);
        if (_remarks.NextRow() <= RemarksPerBase)
            WriteRemark(comment);
        _comments.FinishRow();
        _remarkGaps.FinishRow();
        _remarkOffsets.FinishRow();
        _remarkKinds.FinishRow();
    }

    /// <summary>Writes "Customer", a gap of the comment's own text, and the verdict (both of which are ten letters long).</summary>
    private void WriteRemark(Span<byte> comment)
    {
        ReadOnlySpan<byte> subject = "Customer "u8, complaint = "Complaints"u8, recommendation = "Recommends"u8;
        int room = comment.Length - subject.Length - complaint.Length;
        int gap = _remarkGaps.Next(0, room);
        int offset = _remarkOffsets.Next(0, room - gap);
        subject.CopyTo(comment[offset..]);
        (_remarkKinds.Next() < PercentComplaints ? complaint : recommendation).CopyTo(comment[(offset + subject.Length + gap)..]);
    }
}
