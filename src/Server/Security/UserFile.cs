using System.Collections.Immutable;
using System.Security.Cryptography;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.Security;

/// <summary>What a user file held when it was read: its lines in their order, and the users among them.</summary>
internal sealed record UserFile(ImmutableArray<string> Lines, ImmutableDictionary<string, ScramVerifier> Verifiers, FileStamp? Stamp)
{
    /// <summary>A file that is not there.</summary>
    public static readonly UserFile Nobody = new([], ImmutableDictionary<string, ScramVerifier>.Empty.WithComparers(StringComparer.Ordinal), null);

    /// <summary>Key of the salts that strangers are shown: from a user's verifier, so that they outlive the process as those of users do. Null: there is no user.</summary>
    public byte[]? MockSecret { get; private init; }

    /// <summary>Rounds of all users' verifiers; strangers are shown some of them.</summary>
    public ImmutableArray<int> Iterations { get; private init; } = [];

    /// <exception cref="InvalidDataException">It is a pipe, a socket or a device, a line is not <c>name:verifier</c>, or a name comes twice.</exception>
    public static UserFile Read(string file)
    {
        if (SpecialFiles.KindOf(file) is { } kind)
        {
            throw new InvalidDataException($"not a file but {kind}: {file}");
        }

        FileStamp? stamp = FileStamp.Of(file);
        ImmutableArray<string> lines = [.. File.ReadAllLines(file)];
        ImmutableDictionary<string, ScramVerifier>.Builder users = Nobody.Verifiers.ToBuilder();
        for (int i = 0; i < lines.Length; i++)
        {
            if (NameOf(lines[i]) is not { } name)
            {
                if (!IsComment(lines[i]))
                {
                    throw new InvalidDataException($"{file}, line {i + 1}: not name:verifier");
                }

                continue;
            }

            try
            {
                if (!users.TryAdd(name, ScramVerifier.Parse(lines[i][(name.Length + 1)..].Trim())))
                {
                    throw new InvalidDataException($"{file}, line {i + 1}: the user is there twice");
                }
            }
            catch (FormatException error)
            {
                throw new InvalidDataException($"{file}, line {i + 1}: {error.Message}", error);
            }
        }

        ScramVerifier? first = users.Values.MinBy(static verifier => Convert.ToHexString(verifier.Salt), StringComparer.Ordinal);
        return new UserFile(lines, users.ToImmutable(), stamp)
        {
            MockSecret = first == null ? null : HMACSHA256.HashData(first.ServerKey, "strangers"u8),
            Iterations = [.. users.Values.Select(static verifier => verifier.Iterations).Order()],
        };
    }

    /// <summary>With a user's line replaced, or added at the end.</summary>
    public UserFile With(string user, ScramVerifier verifier)
    {
        string line = $"{user}:{verifier}";
        int at = IndexOf(user);
        return this with { Lines = at < 0 ? Lines.Add(line) : Lines.SetItem(at, line) };
    }

    public UserFile Without(string user) => this with { Lines = Lines.RemoveAt(IndexOf(user)) };

    public override string ToString() => string.Concat(Lines.Select(static line => line + "\n"));

    private int IndexOf(string user)
    {
        for (int i = 0; i < Lines.Length; i++)
        {
            if (NameOf(Lines[i]) == user)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsComment(string line) => line.Trim() is "" or ['#', ..];

    private static string? NameOf(string line) =>
        !IsComment(line) && line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && UserStore.IsName(line[..colon]) ? line[..colon] : null;
}
