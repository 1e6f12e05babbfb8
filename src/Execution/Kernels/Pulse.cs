using System.Runtime.CompilerServices;

namespace SqlCluster.Execution.Kernels;

/// <summary>How work inside one large value hears a cancellation: it says how many bytes it has done, and the token is asked once a stretch of them.</summary>
/// <remarks>A local of the loop, passed on by reference: a subtraction and a branch each time. What cannot say it, because others wrote the loop, runs in <see cref="Aside"/>.</remarks>
/// <param name="cancellation">The query's.</param>
internal struct Pulse(CancellationToken cancellation)
{
    /// <summary>Bytes between two questions: less than a millisecond, however slow the loop.</summary>
    public const int StretchBytes = 64 << 10;

    private const int CompareBytes = 64;
    private int _left = StretchBytes;

    /// <summary>Says that work on some bytes was done; steps that cost more than their bytes say so many more.</summary>
    /// <exception cref="OperationCanceledException">The query was cancelled.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spend(int bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            Ask();
        }
    }

    /// <summary>Copies bytes, a stretch at a time.</summary>
    public void Copy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (; source.Length > StretchBytes; source = source[StretchBytes..], target = target[StretchBytes..])
        {
            source[..StretchBytes].CopyTo(target);
            Spend(StretchBytes);
        }

        source.CopyTo(target);
        Spend(source.Length);
    }

    /// <summary>Sorts numbers of rows by an order that may take long.</summary>
    public void Sort(Span<int> rows, Comparison<int> compare)
    {
        Pulse pulse = this;
        try
        {
            rows.Sort((left, right) =>
            {
                pulse.Spend(CompareBytes);
                return compare(left, right);
            });
        }
        catch (InvalidOperationException wrapped) when (wrapped.InnerException != null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(wrapped.InnerException);
        }
    }

    private void Ask()
    {
        _left = StretchBytes;
        cancellation.ThrowIfCancellationRequested();
    }
}
