import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.*;

/** Calls every method of DatabaseMetaData and prints what they say about the schema shop, one row a line: CatalogWalk URL. */
public class CatalogWalk {
    public static void main(String[] arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection(arguments[0])) {
            DatabaseMetaData data = connection.getMetaData();
            callEverything(data);
            show("tables", data.getTables(null, "shop", "%", new String[] {"TABLE", "VIEW"}));
            show("columns", data.getColumns(null, "shop", "%", "%"));
            show("primary", data.getPrimaryKeys(null, "shop", "employee"));
            show("imported", data.getImportedKeys(null, "shop", "employee"));
            show("exported", data.getExportedKeys(null, "shop", "department"));
            show("crossed", data.getCrossReference(null, "shop", "department", null, "shop", "employee"));
            show("indexes", data.getIndexInfo(null, "shop", "employee", false, false));
            show("unique", data.getIndexInfo(null, "shop", "department", true, true));
            show("best row", data.getBestRowIdentifier(null, "shop", "employee", DatabaseMetaData.bestRowSession, true));
            show("versions", data.getVersionColumns(null, "shop", "employee"));
            show("schemas", data.getSchemas(null, "s%p"));
            try (Statement statement = connection.createStatement()) {
                ResultSetMetaData columns = statement.executeQuery("SELECT id, \"Full Name\" AS n, salary * 2 AS twice, d.name FROM shop.employee JOIN shop.department d USING (id)").getMetaData();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    System.out.println("column " + columns.getColumnLabel(i) + " of " + columns.getTableName(i) + " " + columns.getSchemaName(i) + " nullable " + columns.isNullable(i)
                        + " type " + columns.getColumnTypeName(i) + " base " + ((org.postgresql.PGResultSetMetaData) columns).getBaseColumnName(i));
                }
            }
        }
    }

    private static void callEverything(DatabaseMetaData data) throws Exception {
        for (Method method : DatabaseMetaData.class.getMethods()) {
            if (method.getDeclaringClass() != DatabaseMetaData.class) {
                continue;
            }
            Class<?>[] types = method.getParameterTypes();
            Object[] values = new Object[types.length];
            for (int i = 0; i < types.length; i++) {
                values[i] = types[i] == boolean.class ? Boolean.FALSE : types[i] == int.class ? (Object) 1 : null;
            }
            if (types.length == 1 && types[0] == String.class) {
                values[0] = "x";
            }
            if (types.length >= 3 && types[2] == String.class) {
                values[2] = "employee";
            }
            try {
                Object result = method.invoke(data, values);
                if (result instanceof ResultSet rows) {
                    int columns = rows.getMetaData().getColumnCount();
                    while (rows.next()) {
                        for (int i = 1; i <= columns; i++) {
                            rows.getObject(i);
                        }
                    }
                    rows.close();
                }
            } catch (InvocationTargetException error) {
                if (!(error.getCause() instanceof SQLFeatureNotSupportedException)) {
                    System.out.println("FAILED " + method.getName() + ": " + error.getCause());
                }
            }
        }
    }

    private static void show(String name, ResultSet rows) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            StringBuilder line = new StringBuilder(name);
            for (int i = 1; i <= columns; i++) {
                line.append('|').append(rows.getString(i));
            }
            System.out.println(line);
        }
        rows.close();
    }
}
