using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>Settings as values.</summary>
internal static class SettingFunctions
{
    public static IEnumerable<SessionFunction> All =>
    [
        Function.Of("current_setting", [SqlType.Text], SqlType.Text, static (session, arguments) => session.Session.Settings.Get((string)arguments[0]!), "Value of a setting"),
        Function.Of(
            "current_setting", [SqlType.Text, SqlType.Boolean], SqlType.Text,
            static (session, arguments) => (bool)arguments[1]! ? session.Session.Settings.Find((string)arguments[0]!) : session.Session.Settings.Get((string)arguments[0]!), "Value of a setting, null if it is unknown and may be"),
        SetConfig,
    ];

    private static SessionFunction SetConfig => new()
    {
        Name = "set_config", Parameters = [SqlType.Text, SqlType.Text, SqlType.Boolean], ReturnType = SessionFunction.Returns(SqlType.Text), IsStrict = false, MayReturnNull = true, MayFail = true,
        Volatility = Catalyst.Catalog.Volatility.Volatile, Description = "Sets a setting", Body = static (names, arguments) => Set((SessionObjects)names, arguments),
    };

    private static string? Set(SessionObjects session, object?[] arguments)
    {
        if (arguments[0] is not string name)
        {
            throw new QueryException("22004", ErrorKind.User, "SET requires parameter name");
        }

        bool isLocal = arguments[2] is true;
        if (arguments[1] is string value)
        {
            if (isLocal)
            {
                session.Session.Settings.SetLocal(name, value);
            }
            else
            {
                session.Session.Settings.Set(name, value);
            }
        }
        else
        {
            session.Session.Settings.Reset(name);
        }

        return session.Session.Settings.Get(name);
    }
}
