import java.sql.*;
import org.postgresql.*;

/** LISTEN and NOTIFY through pgjdbc, between two connections. Argument: JDBC URL. Prints what comes. */
public class JdbcNotify {
    static Connection listener, sender;

    public static void main(String[] arguments) throws Exception {
        listener = DriverManager.getConnection(arguments[0]);
        sender = DriverManager.getConnection(arguments[0]);
        run(listener, "LISTEN news");
        run(sender, "NOTIFY news, 'idle'");
        show(listener.unwrap(PGConnection.class).getNotifications(60_000));
        sender.setAutoCommit(false);
        run(sender, "NOTIFY news, 'a'");
        run(sender, "NOTIFY news, 'b'");
        run(sender, "NOTIFY news, 'a'");
        run(listener, "SELECT 1");
        show(listener.unwrap(PGConnection.class).getNotifications());
        sender.commit();
        show(listener.unwrap(PGConnection.class).getNotifications(60_000));
        run(sender, "NOTIFY news, 'rolled back'");
        sender.rollback();
        try (PreparedStatement s = sender.prepareStatement("SELECT pg_notify(?, ?)")) {
            s.setString(1, "news");
            s.setString(2, "prepared");
            s.executeQuery().close();
        }
        sender.commit();
        show(listener.unwrap(PGConnection.class).getNotifications(60_000));
        run(listener, "UNLISTEN news");
        run(sender, "NOTIFY news, 'gone'");
        sender.commit();
        run(listener, "SELECT 1");
        show(listener.unwrap(PGConnection.class).getNotifications());
    }

    static void run(Connection c, String sql) throws SQLException { try (Statement s = c.createStatement()) { s.execute(sql); } }

    static void show(PGNotification[] notifications) throws SQLException {
        if (notifications == null || notifications.length == 0) System.out.println("nothing");
        else for (PGNotification n : notifications) System.out.println(n.getName() + " '" + n.getParameter() + "' " + (n.getPID() == sender.unwrap(PGConnection.class).getBackendPID() ? "other" : "own"));
    }
}
