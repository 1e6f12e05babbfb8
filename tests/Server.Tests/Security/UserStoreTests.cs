using System.Runtime.Versioning;
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

    /// <summary>Who changes the file at the same time changes it one after the other: nothing is lost.</summary>
    [Fact]
    public async Task ChangesAtTheSameTimeAllCount()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            UserStore store = UserStore.OpenOrCreate(File);
            for (int i = 0; i < 10; i++)
            {
                store.Put($"user {writer} {i}", ScramVerifier.Create("x", 1));
            }

            store.Remove($"user {writer} 0");
        })));
        Assert.Equal(36, UserStore.Open(File).Names.Count);
    }

    /// <summary>A stranger's salt and rounds look like a user's: they stay when the server is started anew, and with other users' changes.</summary>
    [Fact]
    public void C6_StrangersCannotBeToldFromUsers()
    {
        UserStore store = UserStore.OpenOrCreate(File);
        store.Put("anna", ScramVerifier.Create("one", 5000, new byte[16]));
        ScramVerifier first = store.FindOrMock("nobody");
        store.Put("bert", ScramVerifier.Create("two", 5000));
        ScramVerifier again = UserStore.Open(File).FindOrMock("nobody");
        Assert.Equal((5000, 16, Convert.ToHexString(first.Salt)), (again.Iterations, again.Salt.Length, Convert.ToHexString(again.Salt)));
        Assert.NotEqual(again.Salt, store.FindOrMock("somebody").Salt);
        Assert.False(again.Matches(""));
        Assert.Equal(store.Find("anna"), store.FindOrMock("anna"));
    }

    /// <summary>Secrets are mounted behind links, one of which is turned when they change.</summary>
    [Fact]
    public void LinksThatAreTurnedAreSeen()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights here");
        foreach ((string folder, string user) in new[] { ("one", "anna"), ("two", "bert") })
        {
            Directory.CreateDirectory(Path.Combine(_folder, folder));
            UserStore.OpenOrCreate(Path.Combine(_folder, folder, "users")).Put(user, ScramVerifier.Create("x", 1));
            System.IO.File.SetLastWriteTimeUtc(Path.Combine(_folder, folder, "users"), new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        string data = Path.Combine(_folder, "..data");
        Directory.CreateSymbolicLink(data, "one");
        System.IO.File.CreateSymbolicLink(File, "..data/users");
        UserStore store = UserStore.Open(File);
        Assert.Equal(["anna"], store.Names);
        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "two");
        Assert.Equal(["bert"], store.Names);
    }

    [Fact]
    public void Md5PasswordsAreRefusedWithAHint()
    {
        System.IO.File.WriteAllText(File, "anna:md5a3556571e93b0d20722ba62be61e8c2d\n");
        string message = Assert.Throws<InvalidDataException>(() => UserStore.Open(File)).Message;
        Assert.Contains("line 1: an md5 password, which is not safe to keep: give the user a new one with sqlcluster user password", message, StringComparison.Ordinal);
        Assert.DoesNotContain("a3556571", message, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void FilesThatOthersMayReadAreNoticed()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("there are no such permissions here");
            return;
        }

        UserStore store = UserStore.OpenOrCreate(File);
        store.Put("anna", ScramVerifier.Create("one", 1));
        Assert.False(store.IsExposed);
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.True(store.IsExposed);
    }
}
