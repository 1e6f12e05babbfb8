using Npgsql;

namespace SqlCluster.Clients.Tests.DotNet;

/// <summary>A server with customers, their orders and the orders' lines, and the same as lists: what LINQ says about these is what a server must say.</summary>
public sealed class ShopServer : IAsyncLifetime
{
    private const int Seed = 20240303;

    private readonly PgEndpoint _endpoint = new();

    public string ConnectionString => _endpoint.ConnectionString;

    public List<Customer> Customers { get; } = [];

    public List<Order> Orders { get; } = [];

    public List<Line> Lines { get; } = [];

    public async ValueTask InitializeAsync()
    {
        await _endpoint.InitializeAsync();
        Fill();
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using (var create = new NpgsqlCommand("""
            DROP TABLE IF EXISTS lines; DROP TABLE IF EXISTS orders; DROP TABLE IF EXISTS customers;
            CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, country text, born date, credit numeric(12,2) NOT NULL, joined timestamp with time zone NOT NULL);
            CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id), placed timestamp without time zone NOT NULL, status integer NOT NULL, tags text[] NOT NULL, token uuid NOT NULL);
            CREATE TABLE lines (order_id bigint NOT NULL REFERENCES orders (id), number integer NOT NULL, product text NOT NULL, quantity integer NOT NULL, price numeric(10,2) NOT NULL, PRIMARY KEY (order_id, number));
            """, connection))
        {
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await CopyAsync(connection, "customers", Customers, static customer => [customer.Id, customer.Name, customer.Country, customer.Born, customer.Credit, customer.Joined]);
        await CopyAsync(connection, "orders", Orders, static order => [order.Id, order.CustomerId, order.Placed, (int)order.Status, order.Tags, order.Token]);
        await CopyAsync(connection, "lines", Lines, static line => [line.OrderId, line.Number, line.Product, line.Quantity, line.Price]);
    }

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    /// <summary>Rows by COPY FROM STDIN (FORMAT binary).</summary>
    public static async Task CopyAsync<T>(NpgsqlConnection connection, string table, IEnumerable<T> rows, Func<T, object?[]> values)
    {
        await using NpgsqlBinaryImporter importer = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT binary)", TestContext.Current.CancellationToken);
        foreach (T row in rows)
        {
            await importer.WriteRowAsync(TestContext.Current.CancellationToken, values(row));
        }

        await importer.CompleteAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>With two digits behind the point, as the columns have, zeros too.</summary>
    private static decimal Cents(int cents) => new(cents, 0, 0, false, 2);

    private void Fill()
    {
        var random = new Random(Seed);
        string?[] countries = ["DE", "FR", "IT", null, "PL"];
        string[] products = ["apple", "bread", "cheese", "date", "egg", "fig", "grape"], tags = ["new", "gift", "express", "b2b"];
        for (int i = 1; i <= 40; i++)
        {
            var customer = new Customer
            {
                Id = i, Name = $"Customer {i:00}{(i % 7 == 0 ? " & Söhne" : "")}", Country = countries[i % 5], Born = i % 6 == 0 ? null : new DateOnly(1950 + i, 1 + (i % 12), 1 + (i % 28)),
                Credit = Cents(random.Next(0, 1_000_000)), Joined = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(random.Next(2_000_000)),
            };
            Customers.Add(customer);
            for (int j = 0; j < i % 5; j++)
            {
                var order = new Order
                {
                    Id = (i * 10L) + j, CustomerId = i, Customer = customer, Placed = new DateTime(2023, 1, 1).AddSeconds(random.Next(60_000_000)), Status = (OrderStatus)random.Next(3),
                    Tags = [.. tags.Where(_ => random.Next(2) == 0)], Token = new Guid(i, (short)j, 7, 1, 2, 3, 4, 5, 6, 7, 8),
                };
                customer.Orders.Add(order);
                Orders.Add(order);
                for (int k = 1; k <= random.Next(1, 5); k++)
                {
                    var line = new Line { OrderId = order.Id, Number = k, Order = order, Product = products[random.Next(products.Length)], Quantity = random.Next(1, 10), Price = Cents(random.Next(100, 9_999)) };
                    order.Lines.Add(line);
                    Lines.Add(line);
                }
            }
        }
    }
}

[CollectionDefinition(Name)]
public sealed class ShopTests : ICollectionFixture<ShopServer>
{
    public const string Name = "shop";
}

public enum OrderStatus
{
    Open,
    Sent,
    Paid,
}

public sealed class Customer
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public string? Country { get; set; }

    public DateOnly? Born { get; set; }

    public decimal Credit { get; set; }

    public DateTime Joined { get; set; }

    public List<Order> Orders { get; } = [];
}

public sealed class Order
{
    public long Id { get; set; }

    public int CustomerId { get; set; }

    public Customer? Customer { get; set; }

    public DateTime Placed { get; set; }

    public OrderStatus Status { get; set; }

    public string[] Tags { get; set; } = [];

    public Guid Token { get; set; }

    public List<Line> Lines { get; } = [];
}

public sealed class Line
{
    public long OrderId { get; set; }

    public int Number { get; set; }

    public Order? Order { get; set; }

    public string Product { get; set; } = "";

    public int Quantity { get; set; }

    public decimal Price { get; set; }
}
