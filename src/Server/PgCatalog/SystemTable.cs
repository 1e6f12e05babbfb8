using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.PgCatalog;

/// <summary>A system relation as a session's queries scan it.</summary>
internal sealed class SystemTable(SystemRelation relation, SessionObjects session) : ComputedTable
{
    private const string Identifier = "oid";

    public override string Name => relation.Shape.Name;

    public override NodeList<TableColumn> Columns => relation.Shape.Columns;

    public SystemShape Shape => relation.Shape;

    /// <summary>The number of rows is known; oid tells rows apart.</summary>
    public override TableStatistics Statistics
    {
        get
        {
            int count = relation.Rows(session.View).Count;
            return new TableStatistics(count, false, Columns.Map(column => new ColumnStatistics(null, null, column.IsNullable ? -1 : 0, column.Name == Identifier ? count : -1)));
        }
    }

    protected override ComputedRows OpenRows() => relation.Rows(session.View);
}
