using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pruning;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Finds the rows of a split that its filters may accept, without reading any page.</summary>
/// <param name="file">The file.</param>
/// <param name="columns">Per read column of the scan its position among the file's columns; -1 when the file lacks it.</param>
/// <param name="filters">The scan's filters.</param>
/// <param name="metrics">Counts what was pruned.</param>
internal sealed class SplitPruner(ParquetFile file, int[] columns, ScanFilter[] filters, OperatorMetrics metrics)
{
    /// <summary>Returns the ranges of rows that are left, none when the split is pruned whole.</summary>
    public List<(long First, long End)> Prune(in ParquetSplit split)
    {
        RowGroup group = file.MetaData.RowGroups[split.RowGroup];
        List<(long First, long End)> rows = [(split.FirstRow, split.EndRow)];
        if (filters.Length == 0)
            return rows;
        if (!Array.TrueForAll(filters, filter => PredicatePruner.MightMatch(filter.Predicate, ordinal => ChunkBounds(group, ordinal))))
        {
            metrics.Add("row groups pruned by statistics", 1);
            return [];
        }

        foreach (ScanFilter filter in filters)
        {
            if (filter.Ordinals.Length != 1 || Leaf(filter.Ordinals[0]) is not { } column)
                continue;
            ColumnChunk chunk = group.Columns[column.Index];
            if (IsRuledOutByBloomFilter(filter, chunk, column))
            {
                metrics.Add("row groups pruned by Bloom filter", 1);
                return [];
            }

            rows = PrunePages(filter, chunk, column, group.RowCount, rows);
        }

        return rows;
    }

    /// <summary>Gets what the footer knows of a read column in a row group.</summary>
    public ColumnBounds Bounds(int rowGroup, int ordinal) => ChunkBounds(file.MetaData.RowGroups[rowGroup], ordinal);

    private List<(long First, long End)> PrunePages(
        ScanFilter filter, ColumnChunk chunk, ColumnDescriptor column, long rowCount, List<(long First, long End)> rows)
    {
        if (rows.Count == 0 || PageBounds.Read(file.Source, chunk, rowCount) is not { PageCount: > 1 } index)
            return rows;
        LeafType type = file.LeafTypes[column.Index];
        List<(long First, long End)> kept = [];
        int pruned = 0;
        for (int page = 0; page < index.PageCount; page++)
        {
            int current = page;
            if (PredicatePruner.MightMatch(filter.Predicate, _ => index.Bounds(current, column, type)))
                RowRanges.Add(kept, index.Rows(page).First, index.Rows(page).End);
            else
                pruned++;
        }

        metrics.Add("pages pruned", pruned);
        return RowRanges.Intersect(rows, kept);
    }

    private ColumnBounds ChunkBounds(RowGroup group, int ordinal)
    {
        if (columns[ordinal] < 0)
            return new ColumnBounds(null, null, MayHaveNulls: true, IsAllNull: true);
        if (Leaf(ordinal) is not { } column)
            return ColumnBounds.Unknown;
        ColumnChunk chunk = group.Columns[column.Index];
        return BoundsReader.Read(chunk.Statistics, chunk.ValueCount, column, file.LeafTypes[column.Index]);
    }

    private ColumnDescriptor? Leaf(int ordinal) =>
        columns[ordinal] >= 0 && file.Columns[columns[ordinal]].Field is LeafField leaf ? leaf.Column : null;

    private bool IsRuledOutByBloomFilter(ScanFilter filter, ColumnChunk chunk, ColumnDescriptor column)
    {
        if (chunk.BloomFilterOffset is null)
            return false;
        LeafType type = file.LeafTypes[column.Index];
        BloomFilter? bloom = null;
        foreach (Expression term in filter.Predicate is And and ? and.Terms : [filter.Predicate])
        {
            IReadOnlyList<Expression> wanted = term switch
            {
                Comparison { Operator: ComparisonOperator.Equal, Left: InputReference, Right: Literal value } => [value],
                Comparison { Operator: ComparisonOperator.Equal, Right: InputReference, Left: Literal value } => [value],
                InList { Negated: false, Input: InputReference } list => list.Items,
                _ => [],
            };
            if (wanted.Count == 0)
                continue;
            bloom ??= BloomFilter.Read(file.Source, chunk);
            if (bloom is null)
                return false;
            if (wanted.All(item => IsAbsent(bloom, item, column, type)))
                return true;
        }

        return false;
    }

    private static bool IsAbsent(BloomFilter bloom, Expression item, ColumnDescriptor column, LeafType type) =>
        item is Literal literal
        && (literal.Value is null
            || (PredicatePruner.ToBound(literal, type.Sql) is { } value
                && BloomFilter.ToPlain(value, column, type) is { } plain && !bloom.MightContain(plain)));
}
