using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.FlightSql.Metadata;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>Metadata commands: columns as FlightSql.proto writes them, filters, order (docs/client-requirements.md, G4, G6, G7, I1, I2, D1).</summary>
public sealed class MetadataTests
{
    [Fact]
    public async Task G4_MetadataHasTheSpecifiedColumns()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        const string Tables = "catalog_name: Utf8, db_schema_name: Utf8, table_name: Utf8 not null, table_type: Utf8 not null";
        const string ForeignKeys = "pk_catalog_name: Utf8, pk_db_schema_name: Utf8, pk_table_name: Utf8 not null, pk_column_name: Utf8 not null, fk_catalog_name: Utf8, "
            + "fk_db_schema_name: Utf8, fk_table_name: Utf8 not null, fk_column_name: Utf8 not null, key_sequence: Int32 not null, fk_key_name: Utf8, pk_key_name: Utf8, "
            + "update_rule: UInt8 not null, delete_rule: UInt8 not null";
        (Google.Protobuf.IMessage Command, string Columns)[] commands =
        [
            (new CommandGetCatalogs(), "catalog_name: Utf8 not null"),
            (new CommandGetDbSchemas(), "catalog_name: Utf8, db_schema_name: Utf8 not null"),
            (new CommandGetTables(), Tables),
            (new CommandGetTables { IncludeSchema = true }, Tables + ", table_schema: Binary not null"),
            (new CommandGetTableTypes(), "table_type: Utf8 not null"),
            (new CommandGetPrimaryKeys { Table = "t" }, "catalog_name: Utf8, db_schema_name: Utf8, table_name: Utf8 not null, column_name: Utf8 not null, key_name: Utf8, key_sequence: Int32 not null"),
            (new CommandGetExportedKeys { Table = "t" }, ForeignKeys),
            (new CommandGetImportedKeys { Table = "t" }, ForeignKeys),
            (new CommandGetCrossReference { PkTable = "t", FkTable = "u" }, ForeignKeys),
            (new CommandGetXdbcTypeInfo(), "type_name: Utf8 not null, data_type: Int32 not null, column_size: Int32, literal_prefix: Utf8, literal_suffix: Utf8, "
                + "create_params: List<item: Utf8 not null>, nullable: Int32 not null, case_sensitive: Boolean not null, searchable: Int32 not null, unsigned_attribute: Boolean, "
                + "fixed_prec_scale: Boolean not null, auto_increment: Boolean, local_type_name: Utf8, minimum_scale: Int32, maximum_scale: Int32, sql_data_type: Int32 not null, "
                + "datetime_subcode: Int32, num_prec_radix: Int32, interval_precision: Int32"),
            (new CommandGetSqlInfo(), "info_name: UInt32 not null, value: DenseUnion<string_value: Utf8, bool_value: Boolean, bigint_value: Int64, int32_bitmask: Int32, "
                + "string_list: List<item: Utf8>, int32_to_int32_list_map: Map<entries: Struct<key: Int32 not null, value: List<item: Int32>> not null>> not null"),
        ];
        foreach ((Google.Protobuf.IMessage command, string columns) in commands)
        {
            Assert.Equal(columns, FlightTestClient.Print((await client.ReadAsync(command)).Schema));
            Assert.Equal(columns, FlightTestClient.Print(await client.GetSchemaAsync(command)));
        }
    }

    [Fact]
    public async Task G6_TablesAreFilteredByCatalogPatternsAndTypes()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await server.ExecuteAsync("CREATE SCHEMA other");
        foreach (string sql in new[] { "CREATE TABLE b_1 (x int)", "CREATE TABLE bx1 (x int)", "CREATE VIEW av AS SELECT x FROM b_1", "CREATE TABLE other.b_1 (x int)", "CREATE TEMP TABLE mine (x int)" })
        {
            await client.UpdateAsync(sql);
        }

        async Task<string> Names(CommandGetTables command) => string.Join(' ', (await client.ReadAsync(command)).Rows.Select(static row => $"{row[1]}.{row[2]}:{row[3]}"));
        const string Ours = "other.b_1:TABLE pg_temp.mine:TABLE public.av:VIEW public.b_1:TABLE public.bx1:TABLE";
        Assert.Equal(Ours, await Names(new CommandGetTables()));
        Assert.Equal(Ours, await Names(new CommandGetTables { Catalog = "sqlcluster", DbSchemaFilterPattern = "%", TableNameFilterPattern = "%" }));
        Assert.Equal("", await Names(new CommandGetTables { Catalog = "" }));
        Assert.Equal("", await Names(new CommandGetTables { Catalog = "sql%" }));
        Assert.Equal("other.b_1:TABLE public.b_1:TABLE public.bx1:TABLE", await Names(new CommandGetTables { TableNameFilterPattern = "b_1" }));
        Assert.Equal("other.b_1:TABLE public.b_1:TABLE", await Names(new CommandGetTables { TableNameFilterPattern = @"b\_1" }));
        Assert.Equal("other.b_1:TABLE", await Names(new CommandGetTables { DbSchemaFilterPattern = "oth__", TableNameFilterPattern = "%1" }));
        Assert.Equal("", await Names(new CommandGetTables { DbSchemaFilterPattern = "" }));
        foreach (string type in new[] { "TABLE", "table", "BASE TABLE", "base table" })
        {
            Assert.Equal("other.b_1:TABLE pg_temp.mine:TABLE public.b_1:TABLE public.bx1:TABLE", await Names(new CommandGetTables { TableTypes = { type } }));
        }

        Assert.Equal("public.av:VIEW", await Names(new CommandGetTables { TableTypes = { "view" } }));
        Assert.Equal("", await Names(new CommandGetTables { TableTypes = { "SYNONYM" } }));
        Assert.Equal(["other", "pg_temp", "public"], (await client.ReadAsync(new CommandGetDbSchemas()))["db_schema_name"]);
        Assert.Equal(["public"], (await client.ReadAsync(new CommandGetDbSchemas { DbSchemaFilterPattern = "p_b%" }))["db_schema_name"]);
        Assert.Equal(["sqlcluster"], (await client.ReadAsync(new CommandGetCatalogs()))["catalog_name"]);
        Assert.Equal(["TABLE", "VIEW"], (await client.ReadAsync(new CommandGetTableTypes()))["table_type"]);
    }

    [Theory]
    [InlineData("%", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a%b%c", "aXbXbc", true)]
    [InlineData("a%b%c", "aXbXbcd", false)]
    [InlineData("_", "é", true)]
    [InlineData(@"\%", "%", true)]
    [InlineData(@"\%", "x", false)]
    [InlineData(@"a\\b", @"a\b", true)]
    [InlineData(@"a\", @"a\", true)]
    [InlineData("%_%_%", "a", false)]
    public void G6_PatternsMatchAsLikeDoes(string pattern, string name, bool matches) => Assert.Equal(matches, new NamePattern(pattern).Matches(name));

    [Fact]
    public void G6_HostilePatternsAreCheap() =>
        Assert.False(new NamePattern(string.Concat(Enumerable.Repeat("%a", 2000)) + "b").Matches(new string('a', 2000)));

    [Fact]
    public async Task G7_TableSchemasTellTypesAndWhereColumnsAre()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id integer NOT NULL, price numeric(12,2), name varchar(20), at timestamptz, u uuid)");
        object?[] row = Assert.Single((await client.ReadAsync(new CommandGetTables { IncludeSchema = true })).Rows);
        ArrowSchema schema = Arrow.Ipc.SchemaMessage.Read((byte[])row[4]!).Schema;
        Assert.Equal("id: Int32 not null, price: Decimal64(12, 2), name: Utf8, at: Timestamp(UTC), u: Utf8", FlightTestClient.Print(schema).Replace("u: FixedSizeBinary(16)", "u: Utf8", StringComparison.Ordinal));
        IReadOnlyDictionary<string, string> price = schema.Fields[1].Metadata!;
        (string Key, string Value)[] expected =
        [
            ("TYPE_NAME", "numeric"), ("PRECISION", "12"), ("SCALE", "2"), ("IS_AUTO_INCREMENT", "0"), ("IS_CASE_SENSITIVE", "0"), ("IS_READ_ONLY", "0"), ("IS_SEARCHABLE", "1"),
            ("CATALOG_NAME", "sqlcluster"), ("DB_SCHEMA_NAME", "public"), ("SCHEMA_NAME", "public"), ("TABLE_NAME", "t"),
        ];
        foreach ((string key, string value) in expected)
        {
            Assert.Equal(value, price["ARROW:FLIGHT:SQL:" + key]);
        }

        Assert.Equal(["integer", "numeric", "varchar", "timestamptz", "uuid"], schema.Fields.Select(static field => field.Metadata!["ARROW:FLIGHT:SQL:TYPE_NAME"]));
    }

    [Fact]
    public async Task G7_ResultsTellWhichTableTheirColumnsAreOfAndComments()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id int, name text)");
        await client.UpdateAsync("COMMENT ON COLUMN t.name IS 'who it is'");
        FlightTable table = await client.QueryAsync("SELECT name, id + 1 AS next FROM t");
        Assert.Equal("t", table.Schema.Fields[0].Metadata!["ARROW:FLIGHT:SQL:TABLE_NAME"]);
        Assert.Equal("public", table.Schema.Fields[0].Metadata!["ARROW:FLIGHT:SQL:DB_SCHEMA_NAME"]);
        Assert.False(table.Schema.Fields[1].Metadata!.ContainsKey("ARROW:FLIGHT:SQL:TABLE_NAME"));
        object?[] row = Assert.Single((await client.ReadAsync(new CommandGetTables { IncludeSchema = true })).Rows);
        Assert.Equal("who it is", Arrow.Ipc.SchemaMessage.Read((byte[])row[4]!).Schema.Fields[1].Metadata!["ARROW:FLIGHT:SQL:REMARKS"]);
    }

    [Fact]
    public async Task G1_KeysAreThoseThatWereDeclared()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE a (x int, y int, PRIMARY KEY (y, x))");
        await client.UpdateAsync("CREATE TABLE b (id int PRIMARY KEY, p int, q int, FOREIGN KEY (p, q) REFERENCES a (y, x) ON DELETE CASCADE)");
        Assert.Equal(["sqlcluster public a y a_pkey 1", "sqlcluster public a x a_pkey 2"], Lines(await client.ReadAsync(new CommandGetPrimaryKeys { Table = "a" })));
        Assert.Empty((await client.ReadAsync(new CommandGetPrimaryKeys { Table = "a", DbSchema = "other" })).Rows);
        Assert.Empty((await client.ReadAsync(new CommandGetPrimaryKeys { Table = "%" })).Rows);
        string[] expected = ["sqlcluster public a y sqlcluster public b p 1 b_p_q_fkey a_pkey 3 0", "sqlcluster public a x sqlcluster public b q 2 b_p_q_fkey a_pkey 3 0"];
        Assert.Equal(expected, Lines(await client.ReadAsync(new CommandGetImportedKeys { Table = "b" })));
        Assert.Equal(expected, Lines(await client.ReadAsync(new CommandGetExportedKeys { Table = "a", Catalog = "sqlcluster" })));
        Assert.Equal(expected, Lines(await client.ReadAsync(new CommandGetCrossReference { PkTable = "a", FkTable = "b" })));
        Assert.Empty((await client.ReadAsync(new CommandGetCrossReference { PkTable = "b", FkTable = "a" })).Rows);
        Assert.Empty((await client.ReadAsync(new CommandGetImportedKeys { Table = "a" })).Rows);
    }

    /// <summary>Ids and type codes of docs/client-requirements.md 2.4, from the specification.</summary>
    [Fact]
    public async Task I2_EveryIdOfTheSpecificationIsThereWithItsType()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        Dictionary<uint, UnionValue> infos = (await client.ReadAsync(new CommandGetSqlInfo())).Rows.ToDictionary(static row => (uint)row[0]!, static row => (UnionValue)row[1]!);
        var codes = new Dictionary<uint, int>();
        void Add(int code, params uint[] ids) => Array.ForEach(ids, id => codes.Add(id, code));
        uint[] Range(uint first, uint last) => [.. Enumerable.Range((int)first, (int)(last - first + 1)).Select(static id => (uint)id)];
        Add(0, [0, 1, 2, 504, 513, 514, 529, 530, 531]);
        Add(1, [3, 4, 5, 9, 10, 11, 500, 501, 502, 506, 515, 516, .. Range(518, 521), 523, 524, 527, 532, 536, 537, 539, 556, 563, 565, 566, .. Range(572, 576)]);
        Add(2, [.. Range(541, 555), .. Range(557, 562)]);
        Add(3, [8, 100, 101, 503, 505, 507, 522, 525, 526, 528, 533, 534, 535, 538, 540, 564, .. Range(567, 571)]);
        Add(4, Range(508, 512));
        Add(5, 517);
        Assert.Equal(codes.Keys.Order(), infos.Keys.Order());
        Assert.All(infos, info => Assert.Equal((info.Key, codes[info.Key]), (info.Key, info.Value.Child)));
        Assert.Equal("SqlCluster", infos[0].Value);
        Assert.Equal("\"", infos[504].Value);
        Assert.Equal((2, true), ((int)infos[8].Value!, (bool)infos[11].Value!));       // savepoints; ingestion within transactions
        Assert.All(Range(508, 512), id => Assert.NotEmpty((object?[])infos[id].Value!));
        Assert.Equal(19, ((object?[])infos[517].Value!).Length);
        Assert.Contains("ABS", (object?[])infos[509].Value!);
        Assert.Contains("ILIKE", (object?[])infos[508].Value!);
        Assert.DoesNotContain("SELECT", (object?[])infos[508].Value!);
    }

    [Fact]
    public async Task I2_OnlyKnownOnesOfTheIdsThatAreAskedForComeBack()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightTable table = await client.ReadAsync(new CommandGetSqlInfo { Info = { 504, 10_000, 0, 6 } });
        Assert.Equal<object?>([0u, 504u], table["info_name"]);
    }

    [Fact]
    public async Task D1_TypesHaveOdbcsCodes()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightTable all = await client.ReadAsync(new CommandGetXdbcTypeInfo());
        var codes = all.Rows.ToDictionary(static row => (string)row[0]!, static row => ((int)row[1]!, (int)row[15]!, (int?)row[16]));
        Assert.Equal((-7, -7, null), codes["boolean"]);
        Assert.Equal((91, 9, 1), codes["date"]);
        Assert.Equal((93, 9, 3), codes["timestamptz"]);
        Assert.Equal((12, 12, null), codes["varchar"]);
        Assert.Equal(all.Rows.OrderBy(static row => (int)row[1]!).ThenBy(static row => (string)row[0]!, StringComparer.Ordinal).Select(static row => row[0]), all["type_name"]);
        Assert.Equal(["timestamp", "timestamptz"], (await client.ReadAsync(new CommandGetXdbcTypeInfo { DataType = 93 }))["type_name"]);
        Assert.Empty((await client.ReadAsync(new CommandGetXdbcTypeInfo { DataType = 999 })).Rows);
    }

    [Fact]
    public async Task G18_AHundredMetadataWalksAtOnceAgree()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            await server.ExecuteAsync($"CREATE TABLE t{i} (a int, b text, c numeric(10,2))");
        }

        async Task<string> Walk()
        {
            using FlightTestClient client = server.Connect();
            await client.HandshakeAsync();
            FlightTable tables = await client.ReadAsync(new CommandGetTables { IncludeSchema = true });
            FlightTable infos = await client.ReadAsync(new CommandGetSqlInfo());
            FlightTable types = await client.ReadAsync(new CommandGetXdbcTypeInfo());
            FlightTable schemas = await client.ReadAsync(new CommandGetDbSchemas());
            return $"{tables.Rows.Count} {tables.Rows.Sum(static row => ((byte[])row[4]!).Length)} {infos.Rows.Count} {types.Rows.Count} {schemas.Rows.Count}";
        }

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(Walk)));
        Assert.StartsWith("20 ", Assert.Single(answers.Distinct()), StringComparison.Ordinal);
    }

    private static string[] Lines(FlightTable table) => [.. table.Rows.Select(static row => string.Join(' ', row))];
}
