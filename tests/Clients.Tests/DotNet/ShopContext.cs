using Microsoft.EntityFrameworkCore;

namespace SqlCluster.Clients.Tests.DotNet;

/// <summary>The shop as Entity Framework Core sees it: tables that exist, no migrations.</summary>
internal sealed class ShopContext(string connectionString) : DbContext
{
    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Line> Lines => Set<Line>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(connectionString);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Customer>(static entity =>
        {
            entity.ToTable("customers");
            entity.Property(static customer => customer.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<Order>(static entity =>
        {
            entity.ToTable("orders");
            entity.Property(static order => order.Id).ValueGeneratedNever();
            entity.Property(static order => order.CustomerId).HasColumnName("customer_id");
            entity.Property(static order => order.Placed).HasColumnType("timestamp without time zone");
            entity.HasOne(static order => order.Customer).WithMany(static customer => customer.Orders).HasForeignKey(static order => order.CustomerId);
        });
        modelBuilder.Entity<Line>(static entity =>
        {
            entity.ToTable("lines");
            entity.HasKey(static line => new { line.OrderId, line.Number });
            entity.Property(static line => line.OrderId).HasColumnName("order_id");
            entity.HasOne(static line => line.Order).WithMany(static order => order.Lines).HasForeignKey(static line => line.OrderId);
        });
        foreach (Microsoft.EntityFrameworkCore.Metadata.IMutableProperty property in modelBuilder.Model.GetEntityTypes().SelectMany(static entity => entity.GetProperties()))
        {
            property.SetColumnName(property.GetColumnName().ToLowerInvariant());
        }
    }
}
