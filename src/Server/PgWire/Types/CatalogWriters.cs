using System.Net;
using System.Net.Sockets;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Server.PgWire.Messages;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>inet in binary: family (2 or 3), prefix bits, whether it is a cidr, bytes of the address, the address.</summary>
internal sealed class BinaryAddressWriter : ValueWriter
{
    private readonly RowTextWriter _text = new(Catalyst.Types.SqlType.Text, "UTC");

    protected override void Load(Vector vector) => _text.Open(vector);

    protected override void WriteValue(PgWriter writer, int row)
    {
        string[] parts = _text.Text(row).Split('/');
        IPAddress address = IPAddress.Parse(parts[0]);
        byte[] bytes = address.GetAddressBytes();
        int bits = parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : bytes.Length * 8;
        writer.Value([(byte)(address.AddressFamily == AddressFamily.InterNetwork ? 2 : 3), (byte)bits, 0, (byte)bytes.Length, .. bytes]);
    }
}

/// <summary>"char" in binary: always one byte, 0 for an empty one.</summary>
internal sealed class BinaryLetterWriter : ValueWriter
{
    private readonly RowTextWriter _text = new(Catalyst.Types.SqlType.Text, "UTC");

    protected override void Load(Vector vector) => _text.Open(vector);

    protected override void WriteValue(PgWriter writer, int row)
    {
        string text = _text.Text(row);
        writer.Value([text.Length == 0 ? (byte)0 : (byte)text[0]]);
    }
}

/// <summary>tid in binary: block and place in it, of "(block,place)".</summary>
internal sealed class BinaryRowPlaceWriter : ValueWriter
{
    private readonly RowTextWriter _text = new(Catalyst.Types.SqlType.Text, "UTC");

    protected override void Load(Vector vector) => _text.Open(vector);

    protected override void WriteValue(PgWriter writer, int row)
    {
        string[] parts = _text.Text(row).Trim('(', ')').Split(',');
        int mark = writer.BeginValue();
        writer.Int32((int)uint.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture)).Int16(ushort.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        writer.EndValue(mark);
    }
}

/// <summary>pg_lsn in binary: 64 bits of "upper/lower", in hexadecimal digits.</summary>
internal sealed class BinaryLogPositionWriter : ValueWriter
{
    private readonly RowTextWriter _text = new(Catalyst.Types.SqlType.Text, "UTC");

    protected override void Load(Vector vector) => _text.Open(vector);

    protected override void WriteValue(PgWriter writer, int row)
    {
        string[] parts = _text.Text(row).Split('/');
        int mark = writer.BeginValue();
        writer.Int32(int.Parse(parts[0], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture));
        writer.Int32(int.Parse(parts[1], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture));
        writer.EndValue(mark);
    }
}
