using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch;

/// <summary>Reports how far a generation is.</summary>
/// <param name="Table">Table a piece of which was written last.</param>
/// <param name="RowCount">Rows of that table written so far.</param>
/// <param name="Fraction">Part of all tables that is written, from 0 to 1.</param>
public readonly record struct TpchProgress(TpchTable Table, long RowCount, double Fraction);
