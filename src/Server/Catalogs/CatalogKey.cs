namespace SqlCluster.Server.Catalogs;

/// <summary>What has a name of its own in a database.</summary>
internal enum CatalogKind
{
    Schema,
    Relation,
    Index,
}

/// <summary>A name in a database, taken or not: what transactions change and lock.</summary>
/// <param name="Kind">Of what.</param>
/// <param name="Schema">The schema.</param>
/// <param name="Name">The relation or index in it; empty for the schema itself.</param>
internal readonly record struct CatalogKey(CatalogKind Kind, string Schema, string Name)
{
    public static CatalogKey OfSchema(string schema) => new(CatalogKind.Schema, schema, "");

    public static CatalogKey OfRelation(string schema, string name) => new(CatalogKind.Relation, schema, name);

    public static CatalogKey OfIndex(string schema, string name) => new(CatalogKind.Index, schema, name);
}
