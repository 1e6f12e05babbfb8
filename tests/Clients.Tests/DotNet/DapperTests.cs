using Dapper;
using Npgsql;

namespace SqlCluster.Clients.Tests.DotNet;

/// <summary>Dapper over Npgsql, judged by LINQ over the same rows as lists.</summary>
[Collection(ShopTests.Name)]
public sealed class DapperTests(ShopServer server)
{
    [Fact]
    public async Task QueriesMapToObjectsBufferedAndNot()
    {
        await using NpgsqlConnection connection = new(server.ConnectionString);
        foreach (bool buffered in new[] { true, false })
        {
            Customer[] customers = [.. connection.Query<Customer>("SELECT id, name, country, born, credit, joined FROM customers WHERE credit > @least ORDER BY id", new { least = 3000m }, buffered: buffered)];
            Assert.Equal(server.Customers.Where(static c => c.Credit > 3000).Select(Shown), customers.Select(Shown));
        }

        Assert.Equal(server.Customers.Count, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM customers"));
        Assert.Equal("Customer 03", await connection.QuerySingleAsync<string>("SELECT name FROM customers WHERE id = @id", new { id = 3 }));
        Assert.Null(await connection.QueryFirstOrDefaultAsync<Customer>("SELECT * FROM customers WHERE id = @id", new { id = -1 }));

        static string Shown(Customer c) => $"{c.Id} {c.Name} {c.Country} {c.Born} {c.Credit} {c.Joined:O}";
    }

    [Fact]
    public async Task RowsMapToSeveralObjects()
    {
        await using NpgsqlConnection connection = new(server.ConnectionString);
        IEnumerable<Order> orders = await connection.QueryAsync<Order, Customer, Order>(
            "SELECT o.id, o.customer_id AS CustomerId, o.placed, o.status, o.tags, o.token, c.id, c.name, c.credit FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.id",
            static (order, customer) =>
            {
                order.Customer = customer;
                return order;
            },
            splitOn: "id");
        Assert.Equal(server.Orders.OrderBy(static o => o.Id).Select(Shown), orders.Select(Shown));

        static string Shown(Order o) => $"{o.Id} {o.CustomerId} {o.Placed:O} {o.Status} {string.Join(',', o.Tags)} {o.Token} {o.Customer!.Id} {o.Customer.Name} {o.Customer.Credit}";
    }

    [Fact]
    public async Task SeveralResultsComeInOneTrip()
    {
        await using NpgsqlConnection connection = new(server.ConnectionString);
        await using SqlMapper.GridReader grid = await connection.QueryMultipleAsync("SELECT count(*) FROM orders; SELECT id, name FROM customers WHERE id <= @id ORDER BY id; SELECT sum(price) FROM lines", new { id = 2 });
        Assert.Equal(server.Orders.Count, await grid.ReadSingleAsync<long>());
        Assert.Equal(["Customer 01", "Customer 02"], (await grid.ReadAsync<Customer>()).Select(static customer => customer.Name));
        Assert.Equal(server.Lines.Sum(static line => line.Price), await grid.ReadSingleAsync<decimal>());
    }

    [Fact]
    public async Task ListsBecomeParametersOrArrays()
    {
        await using NpgsqlConnection connection = new(server.ConnectionString);
        int[] ids = [1, 4, 9, 400];
        Assert.Equal([1, 4, 9], await connection.QueryAsync<int>("SELECT id FROM customers WHERE id = ANY (@ids) ORDER BY id", new { ids }));
        Assert.Equal(3, await connection.ExecuteScalarAsync<int>("SELECT count(*)::int FROM customers WHERE name = ANY (@names)", new { names = new List<string> { "Customer 01", "Customer 02", "Customer 03", "x" } }));
        Assert.Equal([2L], await connection.QueryAsync<long>("SELECT count(*) FROM customers WHERE id IN (SELECT unnest(@ids))", new { ids = new[] { 1, 2 } }));
    }

    [Fact]
    public async Task RowsWithoutATypeAreDynamic()
    {
        await using NpgsqlConnection connection = new(server.ConnectionString);
        dynamic row = await connection.QuerySingleAsync("SELECT id, name, country, born, credit * 2 AS doubled, ARRAY[1, 2] AS numbers FROM customers WHERE id = 6");
        Customer expected = server.Customers[5];
        Assert.Equal((6, expected.Name, (decimal)expected.Credit * 2), ((int)row.id, (string)row.name, (decimal)row.doubled));
        Assert.Null((object?)row.born);
        Assert.Equal([1, 2], (int[])row.numbers);
    }

    [Fact]
    public async Task CommandsRunForEachObjectInATransaction()
    {
        await using NpgsqlConnection connection = new(server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("CREATE TEMP TABLE noted (id int, note text, at timestamp, amount numeric(10,2))");
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            int changed = await connection.ExecuteAsync(
                "INSERT INTO noted VALUES (@Id, @Note, @At, @Amount)", Enumerable.Range(1, 20).Select(static i => new { Id = i, Note = i % 4 == 0 ? null : $"n{i}", At = new DateTime(2024, 1, i), Amount = i / 4m }), transaction);
            Assert.Equal(20, changed);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(5, await connection.ExecuteAsync("UPDATE noted SET note = @note WHERE note IS NULL", new { note = new DbString { Value = "none", IsAnsi = false, Length = 10 } }));
        Assert.Equal(52.5m, await connection.ExecuteScalarAsync<decimal>("SELECT sum(amount) FROM noted WHERE at < @at", new { at = new DateTime(2025, 1, 1) }));
        PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("INSERT INTO noted (nosuch) VALUES (@a)", new { a = 1 }));
        Assert.Equal("42703", error.SqlState);
    }
}
