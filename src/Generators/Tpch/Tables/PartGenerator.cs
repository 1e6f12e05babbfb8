using SqlCluster.Generators.Tpch.Random;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Tables;

internal sealed class PartGenerator : TableGenerator
{
    private const int WordsPerName = 5;

    private readonly RandomStream _names = new(709314158, Vocabularies.Colors.Words.Length);
    private readonly NumberStream _manufacturers = new(1, 1, 5);
    private readonly NumberStream _brands = new(46831694, 1, 5);
    private readonly RandomStream _types = new(1841581359, 1);
    private readonly NumberStream _sizes = new(1193163244, 1, 50);
    private readonly RandomStream _containers = new(727633698, 1);
    private readonly TextStream _comments;
    private readonly byte[] _colors = new byte[Vocabularies.Colors.Words.Length];

    public PartGenerator(TextPool pool, TpchScale scale, long firstUnit)
        : base(TpchTable.Part, scale, firstUnit)
    {
        _comments = new TextStream(804159733, pool, averageLength: 14);
        _names.SkipRows(firstUnit);
        _manufacturers.SkipRows(firstUnit);
        _brands.SkipRows(firstUnit);
        _types.SkipRows(firstUnit);
        _sizes.SkipRows(firstUnit);
        _containers.SkipRows(firstUnit);
        _comments.SkipRows(firstUnit);
    }

    /// <summary>The retail price of a part in cents (clause 4.2.3).</summary>
    public static long RetailPrice(long partKey) => 90_000 + partKey / 10 % 20_001 + partKey % 1_000 * 100;

    private protected override int Generate(TpchRows rows, long firstUnit, int unitCount)
    {
        rows.Words(2).Words = Vocabularies.Manufacturers.Words;
        rows.Words(3).Words = Vocabularies.Brands.Words;
        rows.Words(4).Words = Vocabularies.PartTypes.Words;
        rows.Words(6).Words = Vocabularies.Containers.Words;
        for (int row = 0; row < unitCount; row++)
        {
            long key = firstUnit + row + 1;
            int manufacturer = _manufacturers.NextRow();
            rows.LongArray(0)[row] = key;
            AppendName(rows.Texts(1));
            rows.Words(2).Set(row, manufacturer - 1);
            rows.Words(3).Set(row, (manufacturer - 1) * 5 + _brands.NextRow() - 1);
            rows.Words(4).Set(row, Vocabularies.PartTypes.Draw(_types));
            rows.IntArray(5)[row] = _sizes.NextRow();
            rows.Words(6).Set(row, Vocabularies.Containers.Draw(_containers));
            rows.LongArray(7)[row] = RetailPrice(key);
            _comments.AppendTo(rows.Texts(8));
            _types.FinishRow();
            _containers.FinishRow();
            _comments.FinishRow();
        }
        return unitCount;
    }

    /// <summary>Appends five different colors: the head of a shuffled list.</summary>
    private void AppendName(TextColumn column)
    {
        for (int i = 0; i < _colors.Length; i++)
            _colors[i] = (byte)i;
        int length = WordsPerName - 1;
        for (int i = 0; i < WordsPerName; i++)
        {
            int other = _names.Next(i, _colors.Length - 1);
            (_colors[i], _colors[other]) = (_colors[other], _colors[i]);
            length += Vocabularies.Colors.Words[_colors[i]].Length;
        }
        _names.FinishRow();

        Span<byte> name = column.Reserve(length);
        for (int i = 0; i < WordsPerName; i++)
        {
            ReadOnlySpan<byte> color = Vocabularies.Colors.Words[_colors[i]].Span;
            color.CopyTo(name);
            name = name[color.Length..];
            if (i < WordsPerName - 1)
            {
                name[0] = (byte)' ';
                name = name[1..];
            }
        }
    }
}
