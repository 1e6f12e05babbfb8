using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>A column of a file as a table has it.</summary>
internal sealed record ParquetColumn(string Name, SqlType Sql, ArrowType Arrow, bool IsNullable, ParquetField Field);

/// <summary>An opened file: footer, schema in the engine's types, and readers of its columns.</summary>
/// <remarks>Immutable and thread-safe; kept across queries while path, size and version stay the same.</remarks>
internal sealed class ParquetFile : IDisposable
{
    private ParquetFile(IRandomAccessFile source, FileMetaData metaData, ParquetSchema schema, LeafType[] leafTypes)
    {
        Source = source;
        MetaData = metaData;
        Schema = schema;
        LeafTypes = leafTypes;
        Columns = [.. schema.Fields.Select(field =>
        {
            (SqlType sql, ArrowType arrow) = ParquetTypes.MapField(field, leafTypes);
            return new ParquetColumn(field.Name, sql, arrow, field.IsNullable, field);
        })];
    }

    public IRandomAccessFile Source { get; }

    public FileMetaData MetaData { get; }

    public ParquetSchema Schema { get; }

    /// <summary>Gets the engine's type of each leaf.</summary>
    public IReadOnlyList<LeafType> LeafTypes { get; }

    /// <summary>Gets the table's columns: the fields below the schema's root.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }

    /// <summary>Reads the footer. Owns the source from then on, also when it throws.</summary>
    /// <exception cref="ParquetException">The file is damaged or has a type that the engine has not.</exception>
    public static ParquetFile Open(IRandomAccessFile source, bool binaryAsString = false)
    {
        try
        {
            FileMetaData metaData = FooterReader.Read(source);
            ParquetSchema schema = ParquetSchema.Build(metaData);
            LeafType[] types = [.. schema.Columns.Select(column => ParquetTypes.Map(column, binaryAsString))];
            return new ParquetFile(source, metaData, schema, types);
        }
        catch (ParquetException error)
        {
            source.Dispose();
            throw error.At(file: source.Path);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Makes a reader of one column; its caller disposes it.</summary>
    /// <param name="column">Position in <see cref="Columns"/>.</param>
    /// <param name="account">Charged for pages and vectors.</param>
    /// <param name="options">Settings of the read.</param>
    public FieldReader CreateReader(int column, MemoryAccount account, ReadOptions options)
    {
        ParquetField field = Columns[column].Field;
        return field is LeafField leaf
            ? new FlatFieldReader(Source, leaf.Column, LeafTypes[leaf.Column.Index], account, options)
            : new NestedFieldReader(Source, field, Schema.Columns, LeafTypes, account, options);
    }

    public void Dispose() => Source.Dispose();
}
