using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>Reads what <see cref="PlanOutput"/> wrote. Every method throws XX001 where the bytes cannot be that.</summary>
internal sealed class PlanInput(ReadOnlyMemory<byte> payload)
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly List<string> _texts = [];
    private int _at;

    /// <summary>Checks that nothing is left.</summary>
    public void End()
    {
        if (_at != payload.Length)
        {
            throw PlannerErrors.DamagedPlan($"{payload.Length - _at} bytes behind its end");
        }
    }

    public byte Byte() => Take(1)[0];

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw PlannerErrors.DamagedPlan($"{other} where 0 or 1 stands"),
    };

    public ulong Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Byte();
            if (shift == 63 && part > 1)
            {
                break;
            }

            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw PlannerErrors.DamagedPlan("a number of more than 64 bits");
    }

    /// <summary>A number that fits in 31 bits.</summary>
    public int Count()
    {
        ulong value = Number();
        return value <= int.MaxValue ? (int)value : throw PlannerErrors.DamagedPlan($"number {value} is too large");
    }

    public long Signed()
    {
        ulong value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public int SignedInteger()
    {
        long value = Signed();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw PlannerErrors.DamagedPlan($"number {value} is too large");
    }

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    /// <summary>Bytes, valid as long as the plan's.</summary>
    public ReadOnlySpan<byte> Raw(int length) => Take(length);

    public string Text()
    {
        int index = Count();
        if (index > 0)
        {
            return index <= _texts.Count ? _texts[index - 1] : throw PlannerErrors.DamagedPlan($"text {index} of {_texts.Count}");
        }

        try
        {
            string text = Utf8.GetString(Take(Count()));
            _texts.Add(text);
            return text;
        }
        catch (ArgumentException)
        {
            throw PlannerErrors.DamagedPlan("a text that is not UTF-8");
        }
    }

    /// <summary>A code of an enumeration, whose values are 0, 1, 2, ...</summary>
    public T Code<T>()
        where T : struct, Enum
    {
        byte code = Byte();
        return code < Codes<T>.All.Length ? Codes<T>.All[code] : throw PlannerErrors.DamagedPlan($"{typeof(T).Name} {code}");
    }

    /// <summary>A list whose elements take a byte at least, so that no more room is made than there are bytes.</summary>
    public NodeList<T> List<T>(Func<T> read)
    {
        int count = Count();
        if (count > payload.Length - _at)
        {
            throw PlannerErrors.DamagedPlan($"a list of {count} in {payload.Length - _at} bytes");
        }

        var items = new T[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = read();
        }

        return NodeList.Create<T>(items);
    }

    public T? Optional<T>(Func<T> read)
        where T : class => Flag() ? read() : null;

    /// <summary>Checks that there is stack for one level more: nesting is bounded by it alone.</summary>
    public static void Descend()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw PlannerErrors.DamagedPlan("it is nested too deeply");
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > payload.Length - _at)
        {
            throw PlannerErrors.DamagedPlan($"it ends at byte {payload.Length}");
        }

        _at += length;
        return payload.Span.Slice(_at - length, length);
    }

    private static class Codes<T>
        where T : struct, Enum
    {
        public static readonly T[] All = Enum.GetValues<T>();
    }
}
