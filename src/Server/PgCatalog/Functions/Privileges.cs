using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>has_..._privilege in all arities. Every user that can connect may do everything, so what they check is that user, object and privilege exist.</summary>
internal static class Privileges
{
    private const string TablePrivileges = "SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,MAINTAIN,RULE";

    private static readonly SqlType AclItems = SqlType.Array(TypeVariants.Of(TypeVariant.AclItem));

    public static IEnumerable<SessionFunction> All =>
    [
        .. Has("table", TypeVariant.RegClass, TablePrivileges),
        .. Has("any_column", TypeVariant.RegClass, "SELECT,INSERT,UPDATE,REFERENCES"),
        .. Has("sequence", TypeVariant.RegClass, "USAGE,SELECT,UPDATE"),
        .. Has("schema", TypeVariant.RegNamespace, "CREATE,USAGE"),
        .. Has("function", TypeVariant.RegProcedure, "EXECUTE"),
        .. Has("type", TypeVariant.RegType, "USAGE"),
        .. Has("database", TypeVariant.None, "CREATE,CONNECT,TEMPORARY,TEMP"),
        .. Has("tablespace", TypeVariant.None, "CREATE"),
        .. Has("language", TypeVariant.None, "USAGE"),
        .. Has("server", TypeVariant.None, "USAGE"),
        .. Has("foreign_data_wrapper", TypeVariant.None, "USAGE"),
        .. Has("parameter", TypeVariant.None, "SET,ALTER SYSTEM"),
        .. HasColumn(),
        .. HasRole(),
        Function.Of("row_security_active", [SqlType.Oid], SqlType.Boolean, static (_, _) => false, "Always false: there is no row security"),
        Function.Of("row_security_active", [SqlType.Text], SqlType.Boolean, static (_, _) => false, "Always false: there is no row security"),
        Function.Of("acldefault", [TypeVariants.Of(TypeVariant.SingleByte), SqlType.Oid], AclItems, static (session, arguments) => Default(session, (string)arguments[0]!, (long)arguments[1]!), "Privileges of an owner"),
        Function.Of("makeaclitem", [SqlType.Oid, SqlType.Oid, SqlType.Text, SqlType.Boolean], TypeVariants.Of(TypeVariant.AclItem), static (session, arguments) => $"{session.Roles.NameOf((long)arguments[0]!)}=r/{session.Roles.NameOf((long)arguments[1]!)}", "Makes a privilege"),
        Function.Rows(
            "aclexplode", [AclItems], Function.Columns(("grantor", SqlType.Oid), ("grantee", SqlType.Oid), ("privilege_type", SqlType.Text), ("is_grantable", SqlType.Boolean)),
            static (session, arguments) => Explode(session, arguments[0]), "Privileges one by one"),
    ];

    /// <summary>The letters of aclitem.</summary>
    private static string NameOf(char letter) => letter switch
    {
        'a' => "INSERT",
        'r' => "SELECT",
        'w' => "UPDATE",
        'd' => "DELETE",
        'D' => "TRUNCATE",
        'x' => "REFERENCES",
        't' => "TRIGGER",
        'X' => "EXECUTE",
        'U' => "USAGE",
        'C' => "CREATE",
        'c' => "CONNECT",
        'T' => "TEMPORARY",
        _ => "UNKNOWN",
    };

    private static NodeList<Literal> Default(SessionObjects session, string kind, long owner)
    {
        string name = session.Roles.NameOf(owner) ?? $"{owner}";
        string[] items = kind switch
        {
            "r" => [$"{name}=arwdDxt/{name}"],
            "n" => [$"{name}=UC/{name}"],
            "f" => [$"=X/{name}", $"{name}=X/{name}"],
            "d" => [$"=Tc/{name}", $"{name}=CTc/{name}"],
            "T" or "l" => [$"=U/{name}", $"{name}=U/{name}"],
            "s" => [$"{name}=rwU/{name}"],
            "t" => [$"{name}=C/{name}"],
            _ => [],
        };
        return Function.Array(TypeVariants.Of(TypeVariant.AclItem), items);
    }

    private static IEnumerable<object?[]> Explode(SessionObjects session, object? items)
    {
        foreach (string item in Function.Items(items).OfType<string>())
        {
            int equal = item.IndexOf('=', StringComparison.Ordinal), slash = item.IndexOf('/', StringComparison.Ordinal);
            long grantee = equal == 0 ? 0 : session.Roles.Find(item[..equal]) ?? 0, grantor = session.Roles.Find(item[(slash + 1)..]) ?? 0;
            for (int i = equal + 1; i < slash; i++)
            {
                if (item[i] != '*')
                {
                    yield return [grantor, grantee, NameOf(item[i]), item[i + 1] == '*'];
                }
            }
        }
    }

    /// <summary>The six forms of each function: user by name, by id or not at all; object by name or by id.</summary>
    private static IEnumerable<SessionFunction> Has(string kind, TypeVariant variant, string allowed)
    {
        string[] words = allowed.Split(',');
        foreach (SqlType? user in new[] { null, SqlType.Name, SqlType.Oid })
        {
            foreach (SqlType target in new[] { SqlType.Text, SqlType.Oid })
            {
                ParameterType[] parameters = user is null ? [target, SqlType.Text] : [user, target, SqlType.Text];
                yield return Function.Of($"has_{kind}_privilege", parameters, SqlType.Boolean, (session, arguments) => Check(session, variant, words, arguments), "Whether a user has a privilege");
            }
        }
    }

    private static object? Check(SessionObjects session, TypeVariant variant, string[] words, object?[] arguments)
    {
        if (arguments.Length == 3)
        {
            CheckUser(session, arguments[0]);
        }

        CheckWords((string)arguments[^1]!, words);
        return arguments[^2] switch
        {
            string name when variant != TypeVariant.None => session.Find(variant, name) > 0,
            long id when variant == TypeVariant.RegClass => session.View.Relation(id) is null ? null : true,
            long id when variant == TypeVariant.RegNamespace => session.View.Namespace(id) is null ? null : true,
            _ => true,
        };
    }

    private static IEnumerable<SessionFunction> HasColumn()
    {
        string[] words = ["SELECT", "INSERT", "UPDATE", "REFERENCES"];
        foreach (SqlType? user in new[] { null, SqlType.Name, SqlType.Oid })
        {
            foreach (SqlType table in new[] { SqlType.Text, SqlType.Oid })
            {
                foreach (SqlType column in new[] { SqlType.Text, SqlType.SmallInt })
                {
                    ParameterType[] parameters = user is null ? [table, column, SqlType.Text] : [user, table, column, SqlType.Text];
                    yield return Function.Of("has_column_privilege", parameters, SqlType.Boolean, (session, arguments) => CheckColumn(session, words, arguments), "Whether a user has a privilege on a column");
                }
            }
        }
    }

    private static object? CheckColumn(SessionObjects session, string[] words, object?[] arguments)
    {
        if (arguments.Length == 4)
        {
            CheckUser(session, arguments[0]);
        }

        CheckWords((string)arguments[^1]!, words);
        RelationRow? relation = session.View.Relation(arguments[^3] is string name ? session.Find(TypeVariant.RegClass, name) : (long)arguments[^3]!);
        if (relation is null)
        {
            return null;
        }

        return arguments[^2] switch
        {
            string column when relation.Attributes.All(attribute => attribute.Name != column) =>
                throw new QueryException("42703", ErrorKind.User, $"column \"{column}\" of relation \"{relation.Name}\" does not exist"),
            long number when relation.Attributes.All(attribute => attribute.Number != number) => null,
            _ => true,
        };
    }

    private static IEnumerable<SessionFunction> HasRole()
    {
        foreach (SqlType? user in new[] { null, SqlType.Name, SqlType.Oid })
        {
            foreach (SqlType role in new[] { SqlType.Name, SqlType.Oid })
            {
                ParameterType[] parameters = user is null ? [role, SqlType.Text] : [user, role, SqlType.Text];
                yield return Function.Of("pg_has_role", parameters, SqlType.Boolean, static (session, arguments) => CheckRole(session, arguments), "Whether a user is a member of a role");
            }
        }
    }

    private static object CheckRole(SessionObjects session, object?[] arguments)
    {
        foreach (object? user in arguments[..^1])
        {
            CheckUser(session, user);
        }

        CheckWords((string)arguments[^1]!, ["MEMBER", "USAGE", "SET"]);
        return true;
    }

    private static void CheckUser(SessionObjects session, object? user)
    {
        if (user is string name && name != "public" && session.Roles.Find(name) is null)
        {
            throw CatalogErrors.NoObject("role", name);
        }
    }

    private static void CheckWords(string list, string[] allowed)
    {
        const string option = " WITH GRANT OPTION", admin = " WITH ADMIN OPTION";
        foreach (string part in list.Split(','))
        {
            string word = part.Trim().ToUpperInvariant();
            word = word.EndsWith(option, StringComparison.Ordinal) ? word[..^option.Length] : word.EndsWith(admin, StringComparison.Ordinal) ? word[..^admin.Length] : word;
            if (!allowed.Contains(word))
            {
                throw new QueryException("22023", ErrorKind.User, $"unrecognized privilege type: \"{part.Trim()}\"");
            }
        }
    }
}
