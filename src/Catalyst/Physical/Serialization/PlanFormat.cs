using System.Buffers.Binary;
using System.Security.Cryptography;
using SqlCluster.Catalyst.Catalog;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>The binary form of physical plans and of their stages.</summary>
/// <remarks>
/// <code>
/// "SQPL"   version u16   content u8   length u32   checksum u64   payload               (little-endian)
/// </code>
/// The payload is the plan in prefix order: a node's code, its expected rows, its parts, its inputs. Numbers are varints; texts, types, functions and tables are written
/// where they occur first and are numbers from then on. The same plan gives the same bytes. The checksum is the first 8 bytes of the payload's SHA-256: it finds damage, and
/// is no protection from forgery: plans are read from peers that have authenticated themselves. Functions are found by name, kind and parameters, tables through
/// <see cref="ITableReferences"/>. What cannot be read is an error; what is read takes memory in proportion to its bytes.
/// </remarks>
public static class PlanFormat
{
    /// <summary>Grows with every change that an older reader would misread.</summary>
    public const ushort Version = 1;

    internal const int HeaderBytes = 4 + 2 + 1 + 4 + 8;

    private const uint Magic = 0x4C505153;

    private enum Content : byte
    {
        Plan = 1,
        Stages = 2,
    }

    public static byte[] Write(ExecPlan plan, ITableReferences tables)
    {
        var output = new PlanOutput(HeaderBytes);
        new PlanWriter(output, tables).Write(plan);
        return Finish(output, Content.Plan);
    }

    public static byte[] Write(StagePlan plan, ITableReferences tables)
    {
        var output = new PlanOutput(HeaderBytes);
        new StageWriter(output, tables).Write(plan);
        return Finish(output, Content.Stages);
    }

    /// <exception cref="Parser.Errors.QueryException">XX001: the bytes are damaged; 0A000: another version wrote them; 42P01, 42883: a table or function is not there.</exception>
    public static ExecPlan ReadPlan(ReadOnlyMemory<byte> bytes, ITableReferences tables, IFunctionCatalog functions)
    {
        var input = new PlanInput(Payload(bytes, Content.Plan));
        ExecPlan plan = new PlanReader(input, tables, functions).Read();
        input.End();
        return plan;
    }

    /// <exception cref="Parser.Errors.QueryException">As for <see cref="ReadPlan"/>.</exception>
    public static StagePlan ReadStages(ReadOnlyMemory<byte> bytes, ITableReferences tables, IFunctionCatalog functions)
    {
        var input = new PlanInput(Payload(bytes, Content.Stages));
        StagePlan plan = new StageReader(input, tables, functions).Read();
        input.End();
        return plan;
    }

    private static byte[] Finish(PlanOutput output, Content content)
    {
        byte[] bytes = output.ToArray();
        Span<byte> header = bytes.AsSpan(0, HeaderBytes), payload = bytes.AsSpan(HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
        header[6] = (byte)content;
        BinaryPrimitives.WriteUInt32LittleEndian(header[7..], (uint)payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[11..], Checksum(payload));
        return bytes;
    }

    private static ReadOnlyMemory<byte> Payload(ReadOnlyMemory<byte> bytes, Content content)
    {
        ReadOnlySpan<byte> header = bytes.Span;
        if (header.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic)
        {
            throw PlannerErrors.DamagedPlan("no plan header");
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(header[4..]) is var version and not Version)
        {
            throw PlannerErrors.OtherPlanVersion(version, Version);
        }

        ReadOnlyMemory<byte> payload = bytes[HeaderBytes..];
        if (header[6] != (byte)content)
        {
            throw PlannerErrors.DamagedPlan($"content {header[6]} in place of {(byte)content}");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header[7..]) != (uint)payload.Length)
        {
            throw PlannerErrors.DamagedPlan($"{payload.Length} bytes in place of {BinaryPrimitives.ReadUInt32LittleEndian(header[7..])}");
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(header[11..]) == Checksum(payload.Span) ? payload : throw PlannerErrors.DamagedPlan("wrong checksum");
    }

    private static ulong Checksum(ReadOnlySpan<byte> payload)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
