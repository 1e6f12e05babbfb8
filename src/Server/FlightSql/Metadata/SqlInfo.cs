using System.Reflection;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Server.FlightSql.Metadata;

/// <summary>One fact that GetSqlInfo tells.</summary>
/// <param name="Id">Its number in FlightSql.proto, enum SqlInfo.</param>
/// <param name="Value">string, bool, long (bigint), int (number or bit mask), string[] or a map of int to int[]: the type that the specification gives the id.</param>
internal readonly record struct SqlInfo(uint Id, object Value);

/// <summary>Everything that GetSqlInfo knows: all ids of the specification that have a meaning here, and none beyond it.</summary>
/// <remarks>
/// Drivers fail on an id that is missing (JDBC before 19) and on one that they do not know. Left out are 6 and 7 (Substrait versions, which there are none of).
/// </remarks>
internal static class SqlInfos
{
    private const string ArrowFormatVersion = "1.5.0";

    /// <summary>In the order of their ids.</summary>
    public static readonly SqlInfo[] All =
    [
        new(0, "SqlCluster"),
        new(1, Assembly.GetExecutingAssembly().GetName().Version!.ToString(3)),
        new(2, ArrowFormatVersion),
        new(3, false),                          // read-only
        new(4, true),                           // SQL
        new(5, false),                          // Substrait
        new(8, 2),                              // transactions with savepoints
        new(9, true),                           // cancel
        new(10, true),                          // bulk ingestion
        new(11, true),                          // ingestion within transactions
        new(100, 0),                            // statement timeout, ms: none but the session's
        new(101, (int)FlightLimits.Default.TransactionTimeout.TotalMilliseconds),    // idle transactions are rolled back after so many ms
        new(500, false),                        // DDL: catalogs
        new(501, true),                         // DDL: schemas
        new(502, true),                         // DDL: tables
        new(503, 3),                            // identifiers fold to lower case
        new(504, "\""),
        new(505, 0),                            // quoted identifiers: no category fits "kept as they are"
        new(506, true),                         // all tables are selectable
        new(507, 0),                            // nulls sort high
        new(508, SqlInfoWords.Keywords()),
        new(509, SqlInfoWords.NumericFunctions(BuiltinFunctions.Instance)),
        new(510, SqlInfoWords.StringFunctions(BuiltinFunctions.Instance)),
        new(511, SqlInfoWords.SystemFunctions(BuiltinFunctions.Instance)),
        new(512, SqlInfoWords.DateTimeFunctions(BuiltinFunctions.Instance)),
        new(513, "\\"),
        new(514, "$"),
        new(515, true),                         // column aliases
        new(516, true),                         // NULL || 'x' is NULL
        new(517, SqlConversions.Map),
        new(518, true),                         // table aliases
        new(519, false),                        // which need not differ from tables' names
        new(520, true),                         // ORDER BY expressions
        new(521, true),                         // ORDER BY what is not selected
        new(522, 3),                            // GROUP BY unrelated and beyond select
        new(523, true),                         // LIKE ... ESCAPE
        new(524, true),                         // NOT NULL columns
        new(525, 7),                            // grammar: minimum, core, extended
        new(526, 1),                            // SQL-92 entry level
        new(527, false),                        // integrity enhancement: constraints beyond NOT NULL are not enforced
        new(528, 6),                            // outer joins: limited and full
        new(529, "schema"),
        new(530, "procedure"),
        new(531, "database"),
        new(532, true),                         // the catalog stands in front of names
        new(533, 2),                            // schemas may be named in index definitions
        new(534, 2),                            // so may catalogs
        new(535, 0),                            // no positioned commands
        new(536, false),                        // SELECT FOR UPDATE
        new(537, false),                        // stored procedures
        new(538, 15),                           // subqueries in comparisons, EXISTS, IN, quantified
        new(539, true),                         // correlated subqueries
        new(540, 3),                            // UNION and UNION ALL
        new(541, 0L), new(542, 0L),             // lengths of binary and text literals: no limit known
        new(543, 63L),                          // bytes of a column's name
        new(544, 0L), new(545, 0L), new(546, 0L), new(547, 0L), new(548, 0L),   // columns in GROUP BY, index, ORDER BY, SELECT, table
        new(549, 0L),                           // connections
        new(550, 63L),                          // bytes of a cursor's name
        new(551, 0L),                           // bytes of an index key
        new(552, 63L), new(553, 0L), new(554, 63L),     // bytes of names of schemas, procedures, catalogs
        new(555, 0L),                           // bytes of a row
        new(556, false),
        new(557, 0L), new(558, 0L),             // bytes of a statement, open statements
        new(559, 63L),                          // bytes of a table's name
        new(560, 0L),                           // tables in a SELECT
        new(561, 63L),                          // bytes of a user's name
        new(562, 2L),                           // default isolation: read committed
        new(563, true),                         // transactions
        new(564, 30),                           // isolation levels: all four; read uncommitted is read committed
        new(565, false),                        // DDL does not commit
        new(566, false),                        // DDL is not ignored
        new(567, 2),                            // result sets: forward only
        new(568, 2), new(569, 2), new(570, 0), new(571, 0),     // read only; no scrolling
        new(572, true),                         // batches of updates
        new(573, true),                         // savepoints
        new(574, false),                        // named parameters
        new(575, false),                        // locators
        new(576, false),                        // functions by CALL
    ];
}
