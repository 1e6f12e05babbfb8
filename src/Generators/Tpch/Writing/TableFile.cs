using SqlCluster.Generators.Tpch.Schema;
using SqlCluster.Generators.Tpch.Tables;

namespace SqlCluster.Generators.Tpch.Writing;

/// <summary>Writes one table in one format. Encoders work in parallel; what they made is appended one at a time, in table order.</summary>
internal abstract class TableFile(TpchTable table) : IDisposable
{
    public TpchTable Table => table;

    /// <summary>Where it appears; empty: in a stream.</summary>
    public string Path { get; init; } = "";

    /// <summary>Units that one encoder takes at once.</summary>
    public abstract int UnitsPerPiece { get; }

    /// <summary>Makes an encoder for one thread.</summary>
    public abstract PieceEncoder CreateEncoder();

    /// <summary>Appends what an encoder of this file encoded last.</summary>
    public abstract void Append(PieceEncoder encoder);

    /// <summary>Writes what is left; the file is whole then, but not yet in its place.</summary>
    public abstract void Complete();

    /// <summary>Puts the completed file in its place.</summary>
    public abstract void Finish();

    /// <summary>Removes what was written, unless the file was finished.</summary>
    public abstract void Dispose();
}

/// <summary>Encodes a piece of a table into memory.</summary>
internal abstract class PieceEncoder : IDisposable
{
    /// <summary>Takes the next units from a generator and returns the number of rows.</summary>
    public abstract long Encode(TableGenerator generator, int unitCount);

    public virtual void Dispose()
    {
    }
}
