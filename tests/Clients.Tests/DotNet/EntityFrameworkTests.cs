using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace SqlCluster.Clients.Tests.DotNet;

/// <summary>Entity Framework Core with Npgsql's provider. Queries give what the same LINQ gives on lists (CLIENTS.md 1.12).</summary>
[Collection(ShopTests.Name)]
public sealed class EntityFrameworkTests(ShopServer server)
{
    private static readonly int[] SomeIds = [3, 5, 8, 13, 99];

    /// <summary>Each as a query of three tables: names for the tests, so that a failure says which.</summary>
    private static readonly Dictionary<string, Func<IQueryable<Customer>, IQueryable<Order>, IQueryable<Line>, IEnumerable<object>>> Queries = new(StringComparer.Ordinal)
    {
        ["filter, order, page"] = static (customers, _, _) => customers.Where(static c => c.Credit > 2000 && c.Country != null).OrderBy(static c => c.Country).ThenByDescending(static c => c.Credit).Skip(3).Take(7).Select(static c => new { c.Id, c.Name, c.Credit }),
        ["nulls"] = static (customers, _, _) => customers.Where(static c => c.Country != "DE" && c.Born == null).OrderBy(static c => c.Id).Select(static c => new { c.Id, Country = c.Country ?? "?" }),
        ["list of parameters"] = static (customers, _, _) => customers.Where(static c => SomeIds.Contains(c.Id)).OrderBy(static c => c.Id).Select(static c => new { c.Id }),
        ["texts"] = static (customers, _, _) => customers.Where(static c => c.Name.Contains("Söhne") || c.Name.StartsWith("Customer 1")).OrderBy(static c => c.Id).Select(static c => new { Upper = c.Name.ToUpper(), c.Name.Length, Part = c.Name.Substring(9, 2), Other = c.Name.Replace("Customer", "C").Trim() }),
        ["dates"] = static (customers, _, _) => customers.Where(static c => c.Joined.Year == 2022 && c.Joined.Month < 7).OrderBy(static c => c.Id).Select(static c => new { c.Id, c.Joined.DayOfYear, c.Joined.Hour, c.Born }),
        ["arithmetic"] = static (_, _, lines) => lines.Where(static l => l.Quantity % 2 == 1).OrderBy(static l => l.OrderId).ThenBy(static l => l.Number).Select(static l => new { Sum = l.Price * l.Quantity, Half = l.Quantity / 2, Rounded = Math.Round(l.Price, 1, MidpointRounding.AwayFromZero), Large = l.Price > 50 ? "large" : "small" }),
        ["groups"] = static (_, _, lines) => lines.GroupBy(static l => l.Product).Where(static g => g.Count() > 5).OrderBy(static g => g.Key).Select(static g => new { g.Key, Count = g.Count(), Sum = g.Sum(static l => l.Quantity), Most = g.Max(static l => l.Price), Least = g.Min(static l => l.Price) }),
        ["group by two"] = static (_, orders, _) => orders.GroupBy(static o => new { o.Status, o.Placed.Year }).OrderBy(static g => g.Key.Status).ThenBy(static g => g.Key.Year).Select(static g => new { g.Key.Status, g.Key.Year, Count = g.LongCount() }),
        ["join"] = static (customers, orders, _) => customers.Join(orders, static c => c.Id, static o => o.CustomerId, static (c, o) => new { c.Name, o.Id, o.Status }).Where(static row => row.Status == OrderStatus.Paid).OrderBy(static row => row.Id),
        ["left join"] = static (customers, orders, _) => (from c in customers join o in orders on c.Id equals o.CustomerId into found from o in found.DefaultIfEmpty() orderby c.Id, o == null ? 0 : o.Id select new { c.Id, Order = o == null ? 0 : o.Id }),
        ["navigation"] = static (_, orders, _) => orders.Where(static o => o.Customer!.Country == "FR").OrderBy(static o => o.Id).Select(static o => new { o.Id, o.Customer!.Name, Lines = o.Lines.Count, Sum = o.Lines.Sum(static l => l.Price * l.Quantity) }),
        ["exists"] = static (customers, _, _) => customers.Where(static c => c.Orders.Any(static o => o.Lines.Any(static l => l.Product == "fig")) && !c.Orders.All(static o => o.Status == OrderStatus.Open)).OrderBy(static c => c.Id).Select(static c => new { c.Id }),
        ["first of each"] = static (customers, _, _) => customers.OrderBy(static c => c.Id).Select(static c => new { c.Id, Last = c.Orders.OrderByDescending(static o => o.Placed).Select(static o => (long?)o.Id).FirstOrDefault() }),
        ["distinct, union"] = static (customers, orders, _) => customers.Select(static c => c.Country).Distinct().Where(static c => c != null).Union(orders.Select(static o => o.Customer!.Name).Where(static n => n.EndsWith("7"))).OrderBy(static n => n == null ? "" : n.ToLower()).Select(static n => new { n }),
        ["except, concat"] = static (customers, orders, _) => customers.Select(static c => c.Id).Except(orders.Select(static o => o.CustomerId)).Concat(orders.Select(static o => o.CustomerId).Distinct()).OrderBy(static id => id).Select(static id => new { id }),
        ["many of many"] = static (customers, _, _) => customers.SelectMany(static c => c.Orders).SelectMany(static o => o.Lines).Where(static l => l.Price > 90).OrderBy(static l => l.OrderId).ThenBy(static l => l.Number).Select(static l => new { l.OrderId, l.Number, l.Order!.Customer!.Name }),
        ["arrays"] = static (_, orders, _) => orders.Where(static o => o.Tags.Contains("gift") && o.Tags.Length > 1).OrderBy(static o => o.Id).Select(static o => new { o.Id, o.Tags, o.Token }),
        ["subquery in filter"] = static (_, orders, lines) => orders.Where(o => lines.Where(l => l.OrderId == o.Id).Sum(static l => l.Price * l.Quantity) > 500).OrderBy(static o => o.Id).Select(static o => new { o.Id }),
    };

    public static readonly TheoryData<string> Names = new(Queries.Keys);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public void QueriesGiveWhatListsGive(string name)
    {
        using var context = new ShopContext(server.ConnectionString);
        object[] expected = [.. Queries[name](server.Customers.AsQueryable(), server.Orders.AsQueryable(), server.Lines.AsQueryable())];
        Assert.NotEmpty(expected);
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize<object[]>([.. Queries[name](context.Customers, context.Orders, context.Lines)]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task IncludedRowsComeAlong(bool isSplit)
    {
        await using var context = new ShopContext(server.ConnectionString);
        IQueryable<Customer> query = context.Customers.Include(static c => c.Orders).ThenInclude(static o => o.Lines).OrderBy(static c => c.Id).AsNoTracking();
        List<Customer> customers = await (isSplit ? query.AsSplitQuery() : query.AsSingleQuery()).ToListAsync(Cancellation);
        Assert.Equal(Shown(server.Customers), Shown(customers));

        static string Shown(IEnumerable<Customer> customers) => string.Join('\n', customers.Select(static c =>
            $"{c.Id} {c.Name} {c.Born} {c.Credit} {c.Joined:O}: {string.Join(' ', c.Orders.OrderBy(static o => o.Id).Select(static o => $"{o.Id}@{o.Placed:O}[{string.Join(',', o.Lines.OrderBy(static l => l.Number).Select(static l => l.Product + l.Price))}]"))}"));
    }

    [Fact]
    public async Task ScalarsPatternsAndSqlOfOnesOwn()
    {
        await using var context = new ShopContext(server.ConnectionString);
        Assert.Equal(server.Lines.Average(static l => l.Quantity), await context.Lines.AverageAsync(static l => l.Quantity, Cancellation), 10);
        Assert.Equal(server.Lines.Sum(static l => l.Price), await context.Lines.SumAsync(static l => l.Price, Cancellation));
        Assert.Equal(server.Orders.Max(static o => o.Placed), await context.Orders.MaxAsync(static o => o.Placed, Cancellation));
        Assert.True(await context.Orders.AnyAsync(static o => o.Status == OrderStatus.Sent, Cancellation));
        Assert.Equal(server.Customers.Count(static c => c.Name.Contains("söhne", StringComparison.OrdinalIgnoreCase)), await context.Customers.CountAsync(static c => EF.Functions.ILike(c.Name, "%SÖHNE%"), Cancellation));
        int least = 30;
        Assert.Equal(server.Customers.Count(static c => c.Id > 30), await context.Customers.FromSql($"SELECT * FROM customers WHERE id > {least}").CountAsync(static c => c.Credit >= 0, Cancellation));
        Assert.Equal("Customer 05", (await context.Customers.FindAsync([5], Cancellation))!.Name);
        Assert.Equal(3, await context.Database.SqlQuery<int>($"SELECT 1 + 2 AS \"Value\"").SingleAsync(Cancellation));
        Assert.True(await context.Database.CanConnectAsync(Cancellation));
    }

    [Fact]
    public async Task ChangesAreSaved()
    {
        await using (var context = new ShopContext(server.ConnectionString))
        {
            for (int i = 1001; i <= 1050; i++)
            {
                context.Add(new Customer { Id = i, Name = $"new {i}", Credit = i / 4m, Joined = DateTime.UnixEpoch, Orders = { new Order { Id = i, Placed = new DateTime(2024, 2, 29), Tags = ["x"], Token = Guid.Empty } } });
            }

            Assert.Equal(100, await context.SaveChangesAsync(Cancellation));
            Customer changed = await context.Customers.SingleAsync(static c => c.Id == 1007, Cancellation);
            changed.Country = "ES";
            changed.Credit = 9999999999.99m;
            context.Remove(await context.Orders.SingleAsync(static o => o.Id == 1008, Cancellation));
            Assert.Equal(2, await context.SaveChangesAsync(Cancellation));
        }

        await using (var context = new ShopContext(server.ConnectionString))
        {
            Customer saved = await context.Customers.Include(static c => c.Orders).SingleAsync(static c => c.Id == 1007, Cancellation);
            Assert.Equal(("ES", 9999999999.99m, "x"), (saved.Country, saved.Credit, Assert.Single(Assert.Single(saved.Orders).Tags)));
            Assert.Equal(50, await context.Customers.Where(static c => c.Id > 1000).ExecuteUpdateAsync(static set => set.SetProperty(static c => c.Credit, static c => c.Credit - 1), Cancellation));
            Assert.Equal(9999999998.99m, await context.Customers.Where(static c => c.Id == 1007).Select(static c => c.Credit).SingleAsync(Cancellation));
            Assert.Equal(49, await context.Orders.Where(static o => o.Id > 1000).ExecuteDeleteAsync(Cancellation));
            Assert.Equal(50, await context.Customers.Where(static c => c.Id > 1000).ExecuteDeleteAsync(Cancellation));
            Assert.Equal(server.Customers.Count, await context.Customers.CountAsync(Cancellation));
        }
    }
}
