using System.Text;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Tests.Memory;

public class StringViewsTests
{
    [Fact]
    public void Values_lying_end_to_end_become_views()
    {
        using var account = new MemoryAccount("test");
        string[] values = ["", "short", "exactly twel", "one more than twelve bytes", "", "größer als zwölf", "x"];
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(values));
        int[] ends = new int[values.Length];
        for (int i = 0; i < values.Length; i++)
            ends[i] = (i == 0 ? 0 : ends[i - 1]) + Encoding.UTF8.GetByteCount(values[i]);
        NativeBuffer data = NativeBuffer.Allocate(bytes.Length, account);
        data.Span<byte>().Fill(0xEE);                                           // what lies behind the values must not show
        bytes.CopyTo(data.Span<byte>());
        var views = new StringView[values.Length];
        StringViews.Create(data, ends, views);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], Encoding.UTF8.GetString(StringView.Bytes(in views[i])));
            Assert.Equal(i == 4, StringView.Equal(in views[i], in views[0]) && i > 0);
        }
    }

    [Fact]
    public void Ends_beyond_the_buffer_or_falling_are_refused()
    {
        using var account = new MemoryAccount("test");
        NativeBuffer data = NativeBuffer.Allocate(10, account);
        int beyond = (int)data.SizeBytes + 1;
        Assert.Throws<ArgumentException>(() => StringViews.Create(data, [1, beyond], new StringView[2]));
        Assert.Throws<ArgumentException>(() => StringViews.Create(data, [1, 2], new StringView[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => StringViews.Create(data, [5, 3], new StringView[2]));
    }
}
