using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Globalization;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Client.Ado;

/// <summary>What is known of a column of a result.</summary>
internal sealed class ResultColumn : DbColumn
{
    public ResultColumn(ColumnType column, int ordinal)
    {
        ArrowField field = column.Field;
        ColumnName = field.Name;
        ColumnOrdinal = ordinal;
        DataType = column.Type;
        DataTypeName = column.SqlName;
        AllowDBNull = field.Nullable;
        BaseCatalogName = column.Metadata("CATALOG_NAME");
        BaseSchemaName = column.Metadata("DB_SCHEMA_NAME");
        BaseTableName = column.Metadata("TABLE_NAME");
        BaseColumnName = field.Name;
        IsReadOnly = column.Metadata("IS_READ_ONLY") != "0";
        IsAutoIncrement = column.Metadata("IS_AUTO_INCREMENT") == "1";
        IsExpression = BaseTableName == null;
        IsLong = false;
        NumericPrecision = field.Type.Precision > 0 ? field.Type.Precision : Number(column, "PRECISION");
        NumericScale = field.Type.Precision > 0 ? field.Type.Scale : Number(column, "SCALE");
        ColumnSize = field.Type.Width > 0 && !field.Type.IsView ? field.Type.Width : NumericPrecision ?? -1;
    }

    /// <summary>The columns as DbDataReader.GetSchemaTable gives them.</summary>
    public static DataTable Table(ReadOnlyCollection<DbColumn> columns)
    {
        var table = new DataTable("SchemaTable") { Locale = CultureInfo.InvariantCulture };
        foreach ((string name, Type type) in (ReadOnlySpan<(string, Type)>)
        [
            (SchemaTableColumn.ColumnName, typeof(string)), (SchemaTableColumn.ColumnOrdinal, typeof(int)), (SchemaTableColumn.ColumnSize, typeof(int)),
            (SchemaTableColumn.NumericPrecision, typeof(int)), (SchemaTableColumn.NumericScale, typeof(int)), (SchemaTableColumn.DataType, typeof(Type)),
            ("DataTypeName", typeof(string)), (SchemaTableColumn.AllowDBNull, typeof(bool)), (SchemaTableColumn.IsUnique, typeof(bool)), (SchemaTableColumn.IsKey, typeof(bool)),
            (SchemaTableColumn.IsLong, typeof(bool)), (SchemaTableColumn.IsExpression, typeof(bool)), (SchemaTableOptionalColumn.IsReadOnly, typeof(bool)),
            (SchemaTableOptionalColumn.IsAutoIncrement, typeof(bool)), (SchemaTableOptionalColumn.BaseCatalogName, typeof(string)), (SchemaTableColumn.BaseSchemaName, typeof(string)),
            (SchemaTableColumn.BaseTableName, typeof(string)), (SchemaTableColumn.BaseColumnName, typeof(string)),
        ])
        {
            table.Columns.Add(name, type);
        }

        foreach (DbColumn column in columns)
        {
            table.Rows.Add(
                column.ColumnName, column.ColumnOrdinal, column.ColumnSize, column.NumericPrecision, column.NumericScale, column.DataType, column.DataTypeName, column.AllowDBNull,
                false, false, column.IsLong, column.IsExpression, column.IsReadOnly, column.IsAutoIncrement, column.BaseCatalogName, column.BaseSchemaName, column.BaseTableName,
                column.BaseColumnName);
        }

        return table;
    }

    private static int? Number(ColumnType column, string key) =>
        int.TryParse(column.Metadata(key), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
