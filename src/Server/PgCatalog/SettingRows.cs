using System.Globalization;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.PgCatalog.Functions;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgCatalog;

/// <summary>A setting as pg_settings shows it: a value for each of its columns.</summary>
internal sealed record SettingRow(object?[] Values);

/// <summary>Makes the rows of pg_settings.</summary>
internal static class SettingRows
{
    /// <summary>Row type of pg_settings.</summary>
    public static SqlType Type => SqlType.Row([.. SystemShape.All[(SystemShape.PgCatalog, "pg_settings")].Columns.Select(static column => new RowField(column.Name, column.Type))]);

    public static IReadOnlyList<SettingRow> Of(CatalogView view) =>
        [.. view.Session.Session.Settings.List().OrderBy(static setting => setting.Definition.Name, StringComparer.OrdinalIgnoreCase).Select(static setting => Of(setting.Definition, setting.Value))];

    private static SettingRow Of(SettingDefinition setting, string value)
    {
        NodeList<Literal>? words = setting.Kind == SettingKind.Word ? Function.Texts(setting.Allowed) : null;
        string type = setting.Kind switch
        {
            SettingKind.Boolean => "bool",
            SettingKind.Integer or SettingKind.Size or SettingKind.Duration => "integer",
            SettingKind.Real => "real",
            SettingKind.Text => "string",
            SettingKind.Word => "enum",
        };
        return new SettingRow(
        [
            setting.Name, Plain(setting, value), Unit(setting.Kind), setting.Category, setting.Description, null, setting.IsReadOnly ? "internal" : "user", type, value == setting.Default ? "default" : "session",
            Bound(setting.Min), Bound(setting.Max), words, Plain(setting, setting.Default), Plain(setting, setting.Default), null, null, false,
        ]);
    }

    private static string? Unit(SettingKind kind) => kind switch { SettingKind.Size => "B", SettingKind.Duration => "ms", _ => null };

    /// <summary>Sizes and durations without their unit.</summary>
    private static string Plain(SettingDefinition setting, string value) => setting.Kind switch
    {
        SettingKind.Size => Number(SettingUnits.Parse(value, SettingUnits.Sizes)) ?? value,
        SettingKind.Duration => Number(SettingUnits.Parse(value, SettingUnits.Durations)) ?? value,
        _ => value,
    };

    private static string? Number(double? value) => value?.ToString("0", CultureInfo.InvariantCulture);

    private static string? Bound(double value) => double.IsInfinity(value) ? null : value.ToString("0.######", CultureInfo.InvariantCulture);
}
