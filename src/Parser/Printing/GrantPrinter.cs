using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes GRANT and REVOKE.</summary>
internal static class GrantPrinter
{
    public static void Write(SqlWriter writer, Grant grant)
    {
        writer.Add(grant.Revoke ? "REVOKE " : "GRANT ").AddIf(grant.Revoke && grant.GrantOption, "GRANT OPTION FOR ").List(grant.Privileges, Write).Add(" ON ");
        Write(writer, grant.Target);
        writer.Add(grant.Revoke ? " FROM " : " TO ").Names(grant.Grantees).AddIf(!grant.Revoke && grant.GrantOption, " WITH GRANT OPTION")
            .Add(DefinitionPrinter.Words(grant.Behavior));
    }

    public static void Write(SqlWriter writer, GrantRole grant) =>
        writer.Add(grant.Revoke ? "REVOKE " : "GRANT ").AddIf(grant.Revoke && grant.AdminOption, "ADMIN OPTION FOR ").Names(grant.Roles)
            .Add(grant.Revoke ? " FROM " : " TO ").Names(grant.Grantees).AddIf(!grant.Revoke && grant.AdminOption, " WITH ADMIN OPTION")
            .Add(DefinitionPrinter.Words(grant.Behavior));

    private static void Write(SqlWriter writer, Privilege privilege) => writer.Name(new Identifier(privilege.Name)).Columns(privilege.Columns);

    private static void Write(SqlWriter writer, GrantTarget target) =>
        writer.Add(target.AllInSchema ? $"ALL {DefinitionPrinter.Words(target.Kind)}S IN SCHEMA " : DefinitionPrinter.Words(target.Kind) + " ").Names(target.Names);
}
