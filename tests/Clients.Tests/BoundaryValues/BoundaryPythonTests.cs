namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>The boundary values through Python's drivers and SQLAlchemy over both: <see cref="BoundaryClientTests"/> has the other clients, and runs beside.</summary>
public sealed class BoundaryPythonTests(BoundaryServer server) : IClassFixture<BoundaryServer>
{
    [Fact]
    public async Task T2_AsyncpgInBinary() => await server.CheckAsync(WithoutVectors, "asyncpg_binary", work => ClientProgram.PythonWithInputAsync("boundary/boundary_asyncpg.py", "asyncpg", work, server.Host, server.Port, "binary"));

    /// <summary>Records and vectors, whose parts it reads in another format than it asked for, are left out.</summary>
    [Fact]
    public async Task T3_AsyncpgInText() => await server.CheckAsync([.. server.Works.Where(static work => work.Type is not ("record" or "record[]" or "oidvector" or "int2vector"))], "asyncpg_text", work => ClientProgram.PythonWithInputAsync("boundary/boundary_asyncpg.py", "asyncpg", work, server.Host, server.Port, "text"));

    /// <summary>asyncpg hands a record's fields, which come in binary, to what reads text: it has no records in text, from PostgreSQL neither.</summary>
    [Fact]
    public async Task T3_AsyncpgHasNoRecordsInText()
    {
        (int exitCode, string output) = await ClientProgram.PythonWithInputAsync("boundary/boundary_asyncpg.py", "asyncpg", "record\trecord\tSELECT ROW(date '10000-01-01')\t-\n", server.Host, server.Port, "text");
        Assert.True(exitCode != 0 && output.Contains("UnicodeDecodeError", StringComparison.Ordinal), output);
        (exitCode, output) = await ClientProgram.PythonWithInputAsync("boundary/boundary_asyncpg.py", "asyncpg", "vector\toidvector\tSELECT oidvector '1 2'\t-\n", server.Host, server.Port, "text");
        Assert.True(exitCode != 0 && output.Contains("malformed array literal", StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task T3_Psycopg2() => await server.CheckAsync(server.Works, "psycopg2", work => ClientProgram.PythonWithInputAsync("boundary/boundary_psycopg2.py", "psycopg2", work, server.Host, server.Port, "psycopg2"));

    [Fact]
    public async Task T3_SqlAlchemy() => await server.CheckAsync(server.Works, "sqlalchemy", work => ClientProgram.PythonWithInputAsync("boundary/boundary_psycopg2.py", "sqlalchemy", work, server.Host, server.Port, "sqlalchemy"));

    [Fact]
    public async Task T2_SqlAlchemyOverAsyncpg() => await server.CheckAsync(WithoutVectors, "sqlalchemy_asyncpg", work => ClientProgram.PythonWithInputAsync("boundary/boundary_asyncpg.py", "sqlalchemy, asyncpg", work, server.Host, server.Port, "sqlalchemy"));

    /// <summary>Vectors are read alone: asyncpg sends them as arrays that count from 1, which PostgreSQL refuses (22P03).</summary>
    private BoundaryWork[] WithoutVectors => [.. server.Works.Select(static work => work.Type is "oidvector" or "int2vector" ? work with { Table = null } : work)];
}
