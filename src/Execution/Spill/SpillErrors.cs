using System.Globalization;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Spill;

/// <summary>What can go wrong with rows on disk.</summary>
internal static class SpillErrors
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public static QueryException CannotWrite(string path, Exception cause) => cause is ArgumentOutOfRangeException || cause.HResult is NoSpace or QuotaExceeded or WindowsDiskFull
        ? new("53100", ErrorKind.Resources, $"could not write to file \"{path}\": no space left on device", inner: cause) { Hint = "Free space there, or set spill_folder to a larger disk." }
        : FileHandles.AreUsedUp(cause) ? FileHandleErrors.NoneLeft(path, cause)
        : new("58030", ErrorKind.Resources, $"could not write to file \"{path}\": {cause.Message}", inner: cause) { Hint = "The setting spill_folder says where rows that do not fit in memory go." };

    public static QueryException CannotRead(string path, Exception cause) => new("58030", ErrorKind.Resources, $"could not read file \"{path}\": {cause.Message}", inner: cause);

    public static QueryException Damaged(string path, long offset, string what) =>
        new("XX001", ErrorKind.Resources, string.Create(CultureInfo.InvariantCulture, $"damaged block at byte {offset} of file \"{path}\": {what}"));
}
