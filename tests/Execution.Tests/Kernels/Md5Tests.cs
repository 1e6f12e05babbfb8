using System.Security.Cryptography;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>Digests of every length around the blocks' edges, against .NET's.</summary>
public sealed class Md5Tests
{
    [Fact]
    public void DigestsAreThoseOfTheLibrary()
    {
        var random = new Random(1321);
        foreach (int length in (int[])[.. Enumerable.Range(0, 200), 1000, 65_535, 65_536, 300_001])
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var digest = new byte[Md5.DigestBytes];
            var pulse = new Pulse(TestContext.Current.CancellationToken);
            Md5.Hash(bytes, digest, ref pulse);
            Assert.Equal(MD5.HashData(bytes), digest);
        }
    }
}
