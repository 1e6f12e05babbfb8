using System.Globalization;
using SqlCluster.Arrow.Schema;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.ArrowFiles;
using SqlCluster.Server.Sessions;

namespace SqlCluster.SqlCli.Connections;

/// <summary>SQL types of columns that came from a server: Arrow's type, and what Flight SQL's metadata says beyond it.</summary>
internal static class RemoteColumn
{
    private const string TypeName = "ARROW:FLIGHT:SQL:TYPE_NAME";
    private const string Precision = "ARROW:FLIGHT:SQL:PRECISION";

    public static ResultColumn Of(ArrowField field) => new(field.Name, TypeOf(field), field.Nullable);

    private static SqlType TypeOf(ArrowField field) => field.Metadata?.GetValueOrDefault(TypeName)?.ToLowerInvariant() switch
    {
        "json" or "jsonb" when field.Type.Id == ArrowTypeId.Utf8 => SqlType.Json,
        "char" or "character" or "bpchar" when field.Type.Id == ArrowTypeId.Utf8 && int.TryParse(field.Metadata.GetValueOrDefault(Precision), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length > 0 =>
            SqlType.Char(length),
        _ => ArrowColumns.TypeOf(field),
    };
}
