using SqlCluster.Generators.Tpch.Schema;
using SqlCluster.Generators.Tpch.Writing;

namespace SqlCluster.Generators.Tpch;

/// <summary>Writes TPC-H tables in the text format of the TPC's dbgen, byte for byte what dbgen writes.</summary>
public static class TpchTblGenerator
{
    /// <summary>Writes one table to a stream, which stays open. <paramref name="threadCount"/> threads make it, one at a time writes.</summary>
    public static async Task WriteAsync(
        TpchTable table, TpchScale scale, Stream stream, int threadCount, IProgress<TpchProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(stream);
        using var file = new TblFile(table, stream);
        await new TableFileSet(scale, [file], progress).FillAsync(threadCount, cancellationToken).ConfigureAwait(false);
        file.Finish();
    }
}
