namespace SqlCluster.Catalyst.Types.Text;

/// <summary>How reading a value from text ended.</summary>
public enum InputResult
{
    Ok,
    /// <summary>Not a value of the type: SQLSTATE 22P02, for dates and times 22007.</summary>
    Invalid,
    /// <summary>Well formed, but outside the type's range: SQLSTATE 22003, for dates and times 22008.</summary>
    OutOfRange,
    /// <summary>A date or time with a region that no zone has: SQLSTATE 22023.</summary>
    UnknownZone,
}
