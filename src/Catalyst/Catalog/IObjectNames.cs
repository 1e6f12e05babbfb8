using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Catalog;

/// <summary>Names and ids of catalog objects as a session sees them: what regclass, regtype and their kin read and print. Implemented by the session.</summary>
public interface IObjectNames
{
    /// <summary>The id of an object by its name, as written in SQL; digits stand for themselves and "-" for 0.</summary>
    /// <exception cref="Parser.Errors.QueryException">No such object (42P01, 42704, 42883, 3F000) or more than one (42725).</exception>
    long Find(TypeVariant variant, string name);

    /// <summary>The name of an object, with its schema where that is needed to find it; the digits of an unknown id, "-" for 0.</summary>
    string NameOf(TypeVariant variant, long id);
}
