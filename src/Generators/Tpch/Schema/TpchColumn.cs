namespace SqlCluster.Generators.Tpch.Schema;

/// <summary>How a column's values are held in memory.</summary>
public enum TpchColumnKind
{
    /// <summary>64-bit integers.</summary>
    BigInt,

    /// <summary>32-bit integers.</summary>
    Integer,

    /// <summary>decimal(15,2) as 64-bit counts of hundredths.</summary>
    Decimal,

    /// <summary>32-bit days since 1970-01-01.</summary>
    Date,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>Text from a small list of words, held as one-byte codes.</summary>
    Word,
}

/// <summary>Describes a column. No column of TPC-H is ever null.</summary>
/// <param name="Name">Name, in lower case.</param>
/// <param name="SqlType">SQL type as the specification gives it, such as <c>decimal(15,2)</c> or <c>varchar(44)</c>.</param>
/// <param name="Kind">Representation in <see cref="Rows.TpchRows"/>.</param>
/// <param name="IsWholeInTbl">True where dbgen's text form of a decimal has no fraction.</param>
public sealed record TpchColumn(string Name, string SqlType, TpchColumnKind Kind, bool IsWholeInTbl = false);
