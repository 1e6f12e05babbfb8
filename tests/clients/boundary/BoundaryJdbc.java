import java.io.*;
import java.nio.charset.StandardCharsets;
import java.sql.*;
import java.time.*;
import java.util.*;

/** The boundary values through pgjdbc: BoundaryJdbc URL text|binary. What comes out is sent back as parameters. Lines come in and go out as boundary_work.py says. */
public class BoundaryJdbc {
    static final StringBuilder out = new StringBuilder();

    public static void main(String[] arguments) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        boolean binary = arguments[1].equals("binary");
        String options = binary ? "&reWriteBatchedInserts=true&prepareThreshold=-1&binaryTransfer=true" : "&reWriteBatchedInserts=true&prepareThreshold=0&binaryTransfer=false&stringtype=unspecified";
        try (Connection c = DriverManager.getConnection(arguments[0] + options); BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            c.setAutoCommit(false);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] work = line.split("\t");
                List<Object> values = new ArrayList<>();
                List<String> texts = new ArrayList<>();
                read(c, work[1], work[2], binary, values, texts);
                out.append(work[0]).append('\t').append(texts.size()).append('\n');
                for (String text : texts) out.append(escaped(text)).append('\n');
                if (!work[3].equals("-")) write(c, work[3], values);
            }
            c.commit();
        }
        PrintStream stream = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        stream.print(out);
        stream.flush();
    }

    static void read(Connection c, String type, String query, boolean binary, List<Object> values, List<String> texts) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(query)) {
            s.setFetchSize(333);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    Object value = binary ? value(r, type) : r.getString(1);
                    values.add(value);
                    texts.add(binary ? text(value, r) : (String) value);
                }
            }
        }
    }

    /** The value as Java's type of it. Calendars of java.sql.Date and Timestamp have no year 0 and know Julian days; pgjdbc counts alike in both directions. */
    static Object value(ResultSet r, String type) throws SQLException {
        switch (type.replaceAll("\\(.*\\)", "")) {
            case "time": return r.getObject(1, LocalTime.class);
            case "timestamp": return r.getObject(1, LocalDateTime.class);
            case "timestamptz": return r.getObject(1, OffsetDateTime.class);
            case "date": return r.getObject(1, LocalDate.class);
            default: return r.getObject(1);
        }
    }

    /** As PostgreSQL prints it. Dates by java.time, whose calendar is PostgreSQL's; java.sql's is Julian before 1582. */
    static String text(Object value, ResultSet r) throws SQLException {
        if (value == null) return null;
        if (value instanceof Boolean) return (Boolean) value ? "t" : "f";
        if (value instanceof java.math.BigDecimal) return ((java.math.BigDecimal) value).toPlainString();
        if (value instanceof byte[]) return hex((byte[]) value);
        if (value.equals(LocalDate.MAX) || value.equals(LocalDateTime.MAX) || value.equals(OffsetDateTime.MAX)) return "infinity";
        if (value.equals(LocalDate.MIN) || value.equals(LocalDateTime.MIN) || value.equals(OffsetDateTime.MIN)) return "-infinity";
        if (value instanceof LocalDate) return date((LocalDate) value) + era((LocalDate) value);
        if (value instanceof LocalTime) return time((LocalTime) value);
        if (value instanceof LocalDateTime) return timestamp((LocalDateTime) value, "");
        if (value instanceof OffsetDateTime) return timestamp(((OffsetDateTime) value).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime(), "+00");
        if (value instanceof java.sql.Array && elements(value) instanceof Object[] && ((Object[]) elements(value)).length > 0 && isPlain((Object[]) elements(value))) return array((Object[]) elements(value));
        return r.getString(1);
    }

    /** Whether array() shows the elements: texts and numbers, also in arrays within. */
    static boolean isPlain(Object[] elements) {
        for (Object element : elements) {
            if (element instanceof Object[] ? !isPlain((Object[]) element) : element != null && !(element instanceof String) && !(element instanceof Short) && !(element instanceof Integer) && !(element instanceof Long) && !(element instanceof Float) && !(element instanceof Double)) return false;
        }
        return true;
    }

    static Object elements(Object array) throws SQLException { return ((java.sql.Array) array).getArray(); }

    /** The driver quotes every element of the arrays that it reads in binary; the others are the server's text. */
    static String array(Object[] elements) {
        StringBuilder shown = new StringBuilder("{");
        for (Object element : elements) {
            if (element instanceof Object[]) {
                shown.append(shown.length() > 1 ? "," : "").append(array((Object[]) element));
                continue;
            }
            String one = String.valueOf(element);
            boolean quotes = element != null && (one.isEmpty() || one.equalsIgnoreCase("null") || one.chars().anyMatch(c -> "{}\",\\ \t\n\r\u000b\f".indexOf(c) >= 0));
            shown.append(shown.length() > 1 ? "," : "").append(element == null ? "NULL" : quotes ? '"' + one.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : one);
        }
        return shown.append('}').toString();
    }

    static String date(LocalDate date) { return String.format("%04d-%02d-%02d", date.getYear() > 0 ? date.getYear() : 1 - date.getYear(), date.getMonthValue(), date.getDayOfMonth()); }

    static String era(LocalDate date) { return date.getYear() > 0 ? "" : " BC"; }

    static String time(LocalTime time) {
        String fraction = time.getNano() == 0 ? "" : String.format(".%06d", time.getNano() / 1000).replaceAll("0+$", "");
        return String.format("%02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond()) + fraction;
    }

    static String timestamp(LocalDateTime value, String zone) { return date(value.toLocalDate()) + " " + time(value.toLocalTime()) + zone + era(value.toLocalDate()); }

    static void write(Connection c, String table, List<Object> values) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("INSERT INTO " + table + " VALUES (?, ?)")) {
            for (int i = 0; i < values.size(); i++) {
                s.setInt(1, i);
                Object value = values.get(i);
                if (value == null) s.setNull(2, Types.OTHER);
                else if (value instanceof java.sql.Array) s.setArray(2, (java.sql.Array) value);
                else s.setObject(2, value);
                s.addBatch();
            }
            s.executeBatch();
        }
    }

    static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder("\\x");
        for (byte b : bytes) text.append(String.format("%02x", b));
        return text.toString();
    }

    static String escaped(String text) {
        return text == null ? "\\N" : text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }
}
