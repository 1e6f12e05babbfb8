using System.Collections.Frozen;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Functions;
using SqlCluster.Server.PgCatalog.Functions;

namespace SqlCluster.Server.PgCatalog;

/// <summary>Every function that SQL may call: the engine's, and those that ask the session or its catalog.</summary>
internal sealed class SystemFunctions : IFunctionCatalog
{
    private readonly FrozenDictionary<string, FunctionSignature[]> _byName;

    private SystemFunctions()
    {
        SessionFunction[] own =
        [
            .. SessionInformation.All,
            .. NotificationFunctions.All,
            .. SettingFunctions.All,
            .. NameFunctions.All,
            .. Definitions.All,
            .. Visibility.All,
            .. Privileges.All,
            .. Sizes.All,
            .. SequenceFunctions.All,
            .. RowFunctions.All,
        ];

        // The engine has stand-ins for functions of a session where there is none; with a session they give way.
        HashSet<string> replaced = [.. own.Where(static function => function.Parameters.Length == 0).Select(static function => function.Name)];
        _byName = BuiltinFunctions.Instance.All.Where(function => !replaced.Contains(function.Name)).Concat(own)
            .GroupBy(static function => function.Name, StringComparer.Ordinal).ToFrozenDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);
    }

    public static SystemFunctions Instance { get; } = new();

    public IEnumerable<FunctionSignature> All => _byName.Values.SelectMany(static overloads => overloads);

    public IReadOnlyList<FunctionSignature> Find(string name) => _byName.TryGetValue(name, out FunctionSignature[]? overloads) ? overloads : [];
}
