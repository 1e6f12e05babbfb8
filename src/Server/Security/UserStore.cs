using System.Security.Cryptography;
using System.Text;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.Security;

/// <summary>Users and the verifiers of their passwords, in a file of lines <c>name:verifier</c>. Thread-safe.</summary>
/// <remarks>
/// The file is read again when it has changed. Should it be damaged or gone then, the users last read stay: a slip of the hand must never open the doors.
/// It is written whole under another name and renamed, readable by its owner alone; lines that start with # stay where they are.
/// </remarks>
public sealed class UserStore
{
    /// <summary>No user file: whoever comes is trusted.</summary>
    public static readonly UserStore Empty = new(null);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private readonly string? _file;
    private readonly byte[] _mockSecret = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _lock = new();
    private volatile UserFile _users = UserFile.Nobody;

    private UserStore(string? file) => _file = file;

    /// <summary>Whether there is no user file, so that nobody is asked for a password. A file without users is not this: there nobody gets in.</summary>
    public bool IsEmpty => _file == null;

    /// <summary>Names in their order.</summary>
    public IReadOnlyList<string> Names => [.. Current().Verifiers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Why the file as it is now could not be read, while the users last read are served; null when all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether others than its owner may read the file: passwords can be guessed from verifiers.</summary>
    public bool IsExposed => _file != null && !OperatingSystem.IsWindows() && File.Exists(_file)
        && (File.GetUnixFileMode(File.ResolveLinkTarget(_file, true)?.FullName ?? _file) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0;

    /// <summary>Opens a user file.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A line is not <c>name:verifier</c>; the message has its number and not its text.</exception>
    public static UserStore Open(string file) => new(file) { _users = UserFile.Read(file) };

    /// <summary>Opens a user file, which need not be there yet.</summary>
    public static UserStore OpenOrCreate(string file) => File.Exists(file) ? Open(file) : new UserStore(file);

    /// <summary>The user's verifier, or null.</summary>
    public ScramVerifier? Find(string user) => Current().Verifiers.GetValueOrDefault(user);

    /// <summary>The user's verifier, or for a stranger one that no password matches and that stays the same, also when the server is started anew: nobody learns by asking who exists.</summary>
    public ScramVerifier FindOrMock(string user)
    {
        // Both are made ready for everybody: who exists takes no less time.
        UserFile users = Current();
        byte[] mock = HMACSHA256.HashData(users.MockSecret ?? _mockSecret, Encoding.UTF8.GetBytes(user));
        int iterations = users.Iterations.Length == 0 ? ScramVerifier.DefaultIterations : users.Iterations[mock[^1] % users.Iterations.Length];
        return users.Verifiers.GetValueOrDefault(user, new ScramVerifier(iterations, mock[..16], RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32)));
    }

    /// <summary>Whether the password is the user's; takes as long for strangers.</summary>
    public bool Verify(string user, string password) => FindOrMock(user).Matches(password);

    /// <summary>Whether a user may have this name: letters, digits and signs of any script, but no colon, no control character and no # in front.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 63 && name[0] != '#' && name.Trim().Length == name.Length && !name.Any(static letter => letter == ':' || char.IsControl(letter) || char.IsSurrogate(letter));

    /// <summary>Adds a user, or gives one a new password.</summary>
    /// <exception cref="Parser.Errors.QueryException">The file cannot be written, as <see cref="FileWriteErrors"/> says it.</exception>
    /// <exception cref="ArgumentException">No name for a user.</exception>
    public void Put(string user, ScramVerifier verifier)
    {
        if (!IsName(user))
        {
            throw new ArgumentException("a user's name has 1 to 63 characters, no colon, no control characters, no # in front and no spaces around it", nameof(user));
        }

        Change(users => users.With(user, verifier));
    }

    /// <returns>Whether there was such a user.</returns>
    public bool Remove(string user)
    {
        bool wasThere = false;
        Change(users =>
        {
            wasThere = users.Verifiers.ContainsKey(user);
            return wasThere ? users.Without(user) : users;
        });
        return wasThere;
    }

    private UserFile Current()
    {
        if (_file == null || FileStamp.Of(_file) == _users.Stamp)
        {
            return _users;
        }

        lock (_lock)
        {
            try
            {
                _users = UserFile.Read(_file);
                Problem = null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                Problem = error.Message;
            }

            return _users;
        }
    }

    private void Change(Func<UserFile, UserFile> change)
    {
        string file = _file ?? throw new InvalidOperationException("there is no user file");
        lock (_lock)
        {
            using FileStream only = LockFile(file);
            UserFile before = File.Exists(file) ? UserFile.Read(file) : UserFile.Nobody;
            UserFile after = change(before);
            if (!ReferenceEquals(before, after))
            {
                Write(file, after);
            }

            _users = UserFile.Read(file);
        }
    }

    /// <summary>Keeps other processes from changing the file at the same time.</summary>
    private static FileStream LockFile(string file)
    {
        string path = file + ".lock";
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, Options(FileMode.OpenOrCreate));
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(start) < LockPatience && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            {
                Thread.Sleep(20);
            }
            catch (Exception error) when (FileWriteErrors.IsOne(error))
            {
                throw FileWriteErrors.CannotOpen(file, error);
            }
        }
    }

    private static void Write(string file, UserFile users)
    {
        string written = $"{file}.{Environment.ProcessId}.new";
        bool isWhole = false;
        try
        {
            using (var stream = new FileStream(written, Options(FileMode.Create)))
            {
                stream.Write(Encoding.UTF8.GetBytes(users.ToString()));
                stream.Flush(true);
            }

            File.Move(written, file, true);
            isWhole = true;
        }
        catch (Exception error) when (FileWriteErrors.IsOne(error))
        {
            throw FileWriteErrors.CannotWrite(file, error);
        }
        finally
        {
            if (!isWhole)
            {
                File.Delete(written);
            }
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }
}
