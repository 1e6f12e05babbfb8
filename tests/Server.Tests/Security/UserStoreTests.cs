using SqlCluster.Server.Security;

namespace SqlCluster.Server.Tests.Security;

/// <summary>The file of users: changes by others are seen, slips never open the doors.</summary>
public sealed class UserStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-users").FullName;

    private string File => Path.Combine(_folder, "users");

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void WithoutAFileNobodyIsAsked()
    {
        Assert.True(UserStore.Empty.IsEmpty);
        Assert.False(UserStore.Empty.Verify("anna", ""));
        Assert.False(UserStore.OpenOrCreate(File).IsEmpty);
        Assert.Throws<FileNotFoundException>(() => UserStore.Open(File));
    }

    [Fact]
    public void UsersComeAndGo()
    {
        UserStore store = UserStore.OpenOrCreate(File);
        store.Put("anna", ScramVerifier.Create("one", 1));
        store.Put("Bob X", ScramVerifier.Create("two", 1));
        Assert.True(store.Verify("anna", "one"));
        Assert.False(store.Verify("anna", "two"));
        Assert.False(store.Verify("Anna", "one"));
        store.Put("anna", ScramVerifier.Create("three", 1));
        Assert.False(store.Verify("anna", "one"));
        Assert.True(UserStore.Open(File).Verify("anna", "three"));
        Assert.Equal(["Bob X", "anna"], store.Names);
        Assert.True(store.Remove("anna"));
        Assert.False(store.Remove("anna"));
        Assert.Null(store.Find("anna"));
        Assert.False(store.Verify("anna", "three"));
        Assert.False(store.IsEmpty);
    }

    [Fact]
    public void TheFileIsItsOwnersAloneAndKeepsItsComments()
    {
        UserStore store = UserStore.OpenOrCreate(File);
        store.Put("anna", ScramVerifier.Create("one", 1));
        System.IO.File.AppendAllText(File, "# people\n\n");
        store.Put("bob", ScramVerifier.Create("two", 1));
        store.Put("anna", ScramVerifier.Create("three", 1));
        string[] lines = System.IO.File.ReadAllLines(File);
        Assert.Equal(["anna", "# people", "", "bob"], lines.Select(static line => line.Split(':')[0]));
        Assert.DoesNotContain(lines, static line => line.Contains("three", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(_folder, "*.new"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        }
    }

    [Fact]
    public void ChangesOfOthersAreSeenAndDamageChangesNothing()
    {
        UserStore.OpenOrCreate(File).Put("anna", ScramVerifier.Create("one", 1));
        UserStore served = UserStore.Open(File);
        UserStore other = UserStore.Open(File);
        other.Put("bob", ScramVerifier.Create("two", 1));
        Assert.True(served.Verify("bob", "two"));
        other.Remove("anna");
        Assert.Null(served.Find("anna"));
        string secret = ScramVerifier.Create("two", 1).ToString();
        System.IO.File.WriteAllText(File, $"bob:{secret[..^10]}\n");
        Assert.True(served.Verify("bob", "two"));
        Assert.Contains("line 1", served.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(secret[..20], served.Problem, StringComparison.Ordinal);
        System.IO.File.Delete(File);
        Assert.True(served.Verify("bob", "two"));
        Assert.False(served.Verify("stranger", ""));
        Assert.NotNull(served.Problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("a\nb")]
    [InlineData("#a")]
    [InlineData(" a")]
    public void NamesThatWouldBreakALineAreRefused(string name) =>
        Assert.Throws<ArgumentException>(() => UserStore.OpenOrCreate(File).Put(name, ScramVerifier.Create("x", 1)));

    [Fact]
    public void StrangersLookLikeUsers()
    {
        UserStore store = UserStore.OpenOrCreate(File);
        Assert.Equal(store.FindOrMock("x").Salt, store.FindOrMock("x").Salt);
        Assert.NotEqual(store.FindOrMock("x").Salt, store.FindOrMock("y").Salt);
        Assert.Equal(16, store.FindOrMock("x").Salt.Length);
    }

    [Fact]
    public async Task WritersDoNotLoseEachOthersUsers()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => UserStore.OpenOrCreate(File).Put($"user{i}", ScramVerifier.Create("x", 1)), TestContext.Current.CancellationToken)));
        Assert.Equal(8, UserStore.Open(File).Names.Count);
    }
}
