using System.Security.Cryptography;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>The digest against the framework's, for every length around the ends of blocks.</summary>
public sealed class Md5KernelTests
{
    [Fact]
    public void EveryLengthHasTheDigestOfTheFramework()
    {
        var text = new byte[65_536];
        new Random(1321).NextBytes(text);
        var digest = new byte[Md5Kernel.DigestBytes];
        foreach (int length in Enumerable.Range(0, 300).Append(4095).Append(4096).Append(text.Length))
        {
            ReadOnlySpan<byte> some = text.AsSpan(length % 7, Math.Min(length, text.Length - 7));
            Md5Kernel.Hash(some, digest);
            Assert.Equal(MD5.HashData(some), digest);
        }
    }
}
