using System.Data.Common;

namespace SqlCluster.Client.Ado;

/// <summary>Makes the provider's objects for code that knows only System.Data.Common.</summary>
public sealed class SqlClusterFactory : DbProviderFactory
{
    public static readonly SqlClusterFactory Instance = new();

    private SqlClusterFactory()
    {
    }

    public override bool CanCreateBatch => true;

    public override bool CanCreateDataAdapter => true;

    public override DbConnection CreateConnection() => new SqlClusterConnection();

    public override DbCommand CreateCommand() => new SqlClusterCommand();

    public override DbParameter CreateParameter() => new SqlClusterParameter();

    public override DbConnectionStringBuilder CreateConnectionStringBuilder() => new SqlClusterConnectionStringBuilder();

    public override DbDataSource CreateDataSource(string connectionString) => new SqlClusterDataSource(connectionString);

    public override DbBatch CreateBatch() => new SqlClusterBatch();

    public override DbBatchCommand CreateBatchCommand() => new SqlClusterBatchCommand();

    public override DbDataAdapter CreateDataAdapter() => new Adapter();

    /// <summary>Fills data sets; the base class does all of it.</summary>
    private sealed class Adapter : DbDataAdapter;
}
