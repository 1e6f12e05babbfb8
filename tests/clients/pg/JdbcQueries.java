import java.io.*;
import java.nio.file.*;
import java.sql.*;
import java.util.*;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** Uses pgjdbc as applications do and prints a line for each finding. Arguments: JDBC URL, folder of TPC-H's queries or "-". */
public class JdbcQueries {
    static String url;

    public static void main(String[] arguments) throws Exception {
        url = arguments[0];
        fetchSizes();
        thresholds();
        autosave();
        batches();
        cancel();
        copy();
        transactions();
        types();
        healing();
        calls();
        inferred();
        descriptions();
        if (!arguments[1].equals("-")) tpch(arguments[1]);
    }

    static Connection open(String more) throws SQLException { return DriverManager.getConnection(url + more); }

    static void fetchSizes() throws SQLException {
        try (Connection c = open("")) {
            c.setAutoCommit(false);
            for (int size : new int[] {1, 7, 1000}) {
                try (PreparedStatement s = c.prepareStatement("SELECT i, 'row ' || i FROM generate_series(1, ?) AS g(i) ORDER BY i")) {
                    s.setFetchSize(size);
                    s.setInt(1, 2500);
                    int count = 0; long sum = 0; boolean inOrder = true;
                    try (ResultSet r = s.executeQuery()) { while (r.next()) { count++; sum += r.getInt(1); inOrder &= r.getInt(1) == count && r.getString(2).equals("row " + count); } }
                    System.out.println("fetch size " + size + ": " + count + " rows, sum " + sum + ", " + (inOrder ? "in order" : "OUT OF ORDER"));
                }
            }
            c.commit();
        }
    }

    static void thresholds() throws SQLException {
        for (int threshold : new int[] {1, 5}) {
            try (Connection c = open("&prepareThreshold=" + threshold); PreparedStatement s = c.prepareStatement("SELECT ?::int + 1, ?::numeric * 2, ?::text, ?::timestamp, ?::float8, ?::bytea")) {
                Set<String> seen = new LinkedHashSet<>();
                for (int i = 0; i < 8; i++) {
                    s.setInt(1, 41); s.setBigDecimal(2, new java.math.BigDecimal("1.25")); s.setString(3, "x"); s.setTimestamp(4, Timestamp.valueOf("2024-02-29 12:34:56.789")); s.setDouble(5, 0.1); s.setBytes(6, new byte[] {1, -1});
                    try (ResultSet r = s.executeQuery()) { r.next(); seen.add(r.getInt(1) + " " + r.getBigDecimal(2) + " " + r.getString(3) + " " + r.getTimestamp(4) + " " + r.getDouble(5) + " " + Arrays.toString(r.getBytes(6))); }
                }
                System.out.println("prepareThreshold " + threshold + ": " + seen);
            }
        }
    }

    static void autosave() throws SQLException {
        try (Connection c = open("&autosave=always"); Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.execute("SET application_name = 'kept'");
            try { s.executeQuery("SELECT nosuch"); } catch (SQLException e) { System.out.println("autosave: " + e.getSQLState()); }
            try (ResultSet r = s.executeQuery("SHOW application_name")) { r.next(); System.out.println("autosave: goes on, " + r.getString(1)); }
            c.commit();
        }
    }

    static void batches() throws SQLException {
        try (Connection c = open(""); Statement s = c.createStatement()) {
            s.execute("CREATE TEMP TABLE batch (a int, b text, c numeric(10,2), d date)");
            try (PreparedStatement p = c.prepareStatement("INSERT INTO batch VALUES (?, ?, ?, ?)")) {
                for (int i = 0; i < 100; i++) { p.setInt(1, i); p.setString(2, i % 10 == 0 ? null : "v" + i); p.setBigDecimal(3, new java.math.BigDecimal(i + ".5")); p.setDate(4, java.sql.Date.valueOf("2024-01-01")); p.addBatch(); }
                System.out.println("batch: " + Arrays.stream(p.executeBatch()).sum());
            }
            try (PreparedStatement p = c.prepareStatement("UPDATE batch SET b = ? WHERE a < ?")) { p.setString(1, "new"); p.setInt(2, 7); System.out.println("update: " + p.executeUpdate()); }
            try (PreparedStatement p = c.prepareStatement("DELETE FROM batch WHERE b = ? OR c > ?")) { p.setString(1, "new"); p.setBigDecimal(2, new java.math.BigDecimal("89.5")); System.out.println("delete: " + p.executeUpdate()); }
            try (ResultSet r = s.executeQuery("SELECT count(*), count(b), sum(c) FROM batch")) { r.next(); System.out.println("rows: " + r.getLong(1) + " " + r.getLong(2) + " " + r.getBigDecimal(3)); }
            try (PreparedStatement p = c.prepareStatement("SELECT count(*) FROM batch WHERE a = ANY (?)")) { p.setArray(1, c.createArrayOf("int4", new Integer[] {10, 11, 12, 500})); try (ResultSet r = p.executeQuery()) { r.next(); System.out.println("array: " + r.getLong(1)); } }
        }
    }

    static void cancel() throws Exception {
        try (Connection c = open(""); Statement s = c.createStatement()) {
            Thread canceller = new Thread(() -> { try { Thread.sleep(300); s.cancel(); } catch (Exception e) { System.out.println(e); } });
            canceller.start();
            try { s.executeQuery("SELECT count(*) FROM generate_series(1, 1000000) a(i), generate_series(1, 1000000) b(j) WHERE i * j % 7 = 3"); System.out.println("NOT CANCELLED"); }
            catch (SQLException e) { System.out.println("cancel: " + e.getSQLState()); }
            canceller.join();
            System.out.println("valid: " + c.isValid(5));
        }
    }

    static void copy() throws Exception {
        try (Connection c = open(""); Statement s = c.createStatement()) {
            s.execute("CREATE TEMP TABLE copied (a int, b text)");
            CopyManager copy = c.unwrap(PGConnection.class).getCopyAPI();
            System.out.println("copy in: " + copy.copyIn("COPY copied FROM STDIN (FORMAT csv)", new StringReader("1,x\n2,\"y,z\"\n3,\n")));
            StringWriter out = new StringWriter();
            System.out.println("copy out: " + copy.copyOut("COPY (SELECT * FROM copied ORDER BY a) TO STDOUT", out) + " " + out.toString().replace("\n", "/").replace("\t", "|"));
            try { copy.copyIn("COPY copied FROM STDIN", new StringReader("4\tx\nfive\ty\n")); } catch (SQLException e) { System.out.println("copy error: " + e.getSQLState()); }
            try (ResultSet r = s.executeQuery("SELECT count(*) FROM copied")) { r.next(); System.out.println("copied: " + r.getLong(1)); }
        }
    }

    static void transactions() throws SQLException {
        try (Connection c = open("")) {
            c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            System.out.println("isolation: " + (c.getTransactionIsolation() == Connection.TRANSACTION_REPEATABLE_READ));
            c.setReadOnly(true);
            c.setAutoCommit(false);
            try (Statement s = c.createStatement()) { s.execute("CREATE TABLE read_only_jdbc (a int)"); System.out.println("NOT READ ONLY"); } catch (SQLException e) { System.out.println("read only: " + e.getSQLState()); }
            c.rollback();
            Savepoint p = c.setSavepoint("p");
            c.rollback(p);
            c.commit();
            System.out.println("savepoints: ok");
        }
    }

    /** Text and binary of the same values, by the ways pgjdbc reads them. */
    static void types() throws SQLException {
        String[] values = {"true", "(-32768)::smallint", "2147483647", "'-9223372036854775808'::bigint", "'1.5'::real", "'-1e-300'::float8", "'NaN'::float8", "0.000::numeric(10,3)", "-79228162514264337593543950335::numeric(29,0)", "'héllo'::text",
            "'ab'::char(4)", "date '0001-01-02'", "time '23:59:59.999999'", "timestamp '2024-02-29 12:34:56.789012'", "timestamptz '1969-12-31 23:00:00+00'", "'12345678-9abc-def0-1234-56789abcdef0'::uuid", "ARRAY[1,NULL,3]", "ARRAY['a','b c']"};
        int same = 0;
        for (String value : values) {
            Set<String> seen = new LinkedHashSet<>();
            for (String mode : new String[] {"&prepareThreshold=0", "&prepareThreshold=-1&binaryTransfer=true"}) {
                try (Connection c = open(mode); PreparedStatement s = c.prepareStatement("SELECT " + value)) {
                    for (int i = 0; i < 2; i++) try (ResultSet r = s.executeQuery()) { r.next(); Object o = r.getObject(1); seen.add(o instanceof java.sql.Array ? Arrays.toString((Object[]) ((java.sql.Array) o).getArray()) : String.valueOf(o)); }
                }
            }
            if (seen.size() == 1) same++; else System.out.println("text and binary differ: " + value + " " + seen);
        }
        System.out.println("types alike: " + same + " of " + values.length);
    }

    /** A prepared statement whose table has changed is prepared anew by the driver, which goes by the error's routine. */
    static void healing() throws SQLException {
        for (String mode : new String[] {"", "&autosave=always", "&autosave=conservative"}) {
            try (Connection c = open("&prepareThreshold=1" + mode); Statement s = c.createStatement()) {
                s.execute("CREATE TEMP TABLE healed (a int)");
                s.execute("INSERT INTO healed VALUES (1)");
                c.setAutoCommit(mode.isEmpty());
                try (PreparedStatement p = c.prepareStatement("SELECT * FROM healed")) {
                    for (int i = 0; i < 4; i++) {
                        try (ResultSet r = p.executeQuery()) { r.next(); System.out.println("healing" + mode + ": " + r.getMetaData().getColumnCount() + " columns, " + r.getInt(1)); }
                        if (i == 1) s.execute("ALTER TABLE healed ADD COLUMN b int");
                    }
                }
            }
        }
    }

    static void calls() throws SQLException {
        try (Connection c = open("")) {
            try (CallableStatement s = c.prepareCall("{? = call lower(?)}")) { s.registerOutParameter(1, Types.VARCHAR); s.setString(2, "ABC"); s.execute(); System.out.println("call: " + s.getString(1)); }
            try (CallableStatement s = c.prepareCall("{? = call abs(?)}")) { s.registerOutParameter(1, Types.INTEGER); s.setInt(2, -4); s.execute(); System.out.println("call: " + s.getInt(1)); }
        }
    }

    static void inferred() throws SQLException {
        try (Connection c = open("")) {
            for (String sql : new String[] {"SELECT ? IN (1, 2, ?)", "SELECT ? NOT IN (?, 'x')", "SELECT ? IN (1, 2.5)", "SELECT ?::int[]", "SELECT coalesce(?, now()) IN (?)"}) {
                try (PreparedStatement s = c.prepareStatement(sql)) {
                    StringBuilder types = new StringBuilder();
                    for (int i = 1; i <= s.getParameterMetaData().getParameterCount(); i++) types.append(' ').append(s.getParameterMetaData().getParameterTypeName(i));
                    System.out.println("inferred:" + types);
                }
            }
            try (PreparedStatement s = c.prepareStatement("SELECT ?::int[][], ?::text[]")) {
                s.setObject(1, new int[][] {{1, 2}, {3, 4}}); s.setArray(2, c.createArrayOf("text", new String[][] {{"a", null}, {"c,d", ""}}));
                for (int i = 0; i < 6; i++) try (ResultSet r = s.executeQuery()) { r.next(); if (i % 5 == 0) System.out.println("dimensions: " + Arrays.deepToString((Object[]) r.getArray(1).getArray()) + Arrays.deepToString((Object[]) r.getArray(2).getArray())); }
            }
        }
    }

    /** What columns are said to be: precision and scale as declared. */
    static void descriptions() throws SQLException {
        try (Connection c = open(""); Statement s = c.createStatement()) {
            s.execute("CREATE TEMP TABLE described (a numeric, b numeric(9,2), c timestamp(3), d time(0), e varchar(7), f timestamptz)");
            s.execute("INSERT INTO described VALUES (1.5, 2.25, '2024-02-29 12:34:56.789', '12:34:56', 'abc', '2024-02-29 12:34:56+00')");
            try (ResultSet r = s.executeQuery("SELECT * FROM described")) {
                ResultSetMetaData m = r.getMetaData();
                r.next();
                for (int i = 1; i <= m.getColumnCount(); i++) System.out.println("described: " + m.getColumnName(i) + " " + m.getPrecision(i) + " " + m.getScale(i) + " " + m.getColumnDisplaySize(i));
                System.out.println("described: " + r.getBigDecimal(1).stripTrailingZeros() + " " + r.getBigDecimal(2));
            }
        }
    }

    /** Prints the rows of each query, a tab between values. */
    static void tpch(String folder) throws Exception {
        try (Connection c = open("")) {
            for (int i = 1; i <= 22; i++) {
                String sql = new String(Files.readAllBytes(Paths.get(folder, String.format("q%02d.sql", i)))).trim();
                System.out.println("--q" + i);
                try (Statement s = c.createStatement(); ResultSet r = s.executeQuery(sql.endsWith(";") ? sql.substring(0, sql.length() - 1) : sql)) {
                    int n = r.getMetaData().getColumnCount();
                    while (r.next()) { StringBuilder line = new StringBuilder(); for (int k = 1; k <= n; k++) line.append(k > 1 ? "\t" : "").append(r.getString(k)); System.out.println(line); }
                }
            }
        }
    }
}
