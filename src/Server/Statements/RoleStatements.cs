using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>Statements about users and what they may do: there are users, all of whom may do everything, and nothing to give or take.</summary>
internal static class RoleStatements
{
    /// <summary>SET ROLE and SET SESSION AUTHORIZATION: one may stay who one is.</summary>
    /// <param name="user">Who the session is to be; none: who logged in.</param>
    /// <param name="session">The session.</param>
    /// <exception cref="Parser.Errors.QueryException">22023: there is no such user; 0A000: it is another one.</exception>
    public static StatementResult Become(string user, Session session) =>
        user == session.User || user.Equals("none", StringComparison.OrdinalIgnoreCase) ? new StatementResult.Command("SET")
        : session.Objects.Roles.Find(user) == null ? throw StatementErrors.NoRole(user)
        : throw StatementErrors.NoOtherRole(user);

    /// <exception cref="Parser.Errors.QueryException">42704: a user that is not there; 0A000: always.</exception>
    public static StatementResult Grant(Statement statement, Session session)
    {
        (bool isRevoke, IEnumerable<Identifier> named) = statement switch
        {
            Grant grant => (grant.Revoke, grant.Grantees),
            GrantRole grant => (grant.Revoke, grant.Grantees.Concat(grant.Roles)),
            _ => throw Execution.ExecutionErrors.Internal($"{statement.GetType().Name} is no statement of privileges"),
        };
        foreach (Identifier name in named)
        {
            if (name.Value is not ("public" or "current_user" or "current_role" or "session_user") && session.Objects.Roles.Find(name.Value) == null)
            {
                throw CatalogErrors.NoObject("role", name.Value);
            }
        }

        throw StatementErrors.NoPrivileges(isRevoke);
    }
}
