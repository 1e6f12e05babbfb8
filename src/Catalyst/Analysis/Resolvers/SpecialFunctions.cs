namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Names the catalog functions that special syntax becomes. The function catalog must have them under exactly these names.</summary>
/// <remarks>
/// Forms the parser already writes as calls keep their names: substring(x, from [, count]), substring(x, pattern, escape), position(text, part) (the text first), overlay(x, new,
/// from [, count]), btrim | ltrim | rtrim(x [, characters]), overlaps(start, end, start, end). These never reach the catalog: COALESCE (node), NULLIF (CASE), GREATEST and LEAST are
/// "greatest" and "least" (anyelement ...), AND/OR/NOT, comparisons, IN, LIKE, IS, BETWEEN (nodes), GROUPING (CASE over the grouping id), CAST (node).
/// Operators are found under their symbol, prefix operators with one parameter: + - * / % ^ || ~ ~* !~ !~* -> ->> #> #>> @> &lt;@ &amp;&amp; &amp; | # &lt;&lt; >> and so on.
/// <list type="table">
/// <item><term>extract(text, x)</term><description>EXTRACT(field FROM x): the field is a lower-case text literal; x date, time, timestamp, timestamptz, interval.</description></item>
/// <item><term>timezone(text | interval, x), timezone(x)</term><description>x AT TIME ZONE zone; AT LOCAL.</description></item>
/// <item><term>current_date, current_time, current_timestamp, localtime, localtimestamp</term><description>No arguments; a precision becomes a cast of the result.</description></item>
/// <item><term>current_user, session_user, current_database, current_schema</term><description>No arguments; type name.</description></item>
/// <item><term>array_constructor(anyelement ...)</term><description>ARRAY[a, b], [a, b]: one element type; of no argument: the result type says which array.</description></item>
/// <item><term>matching_dimensions(anyarray)</term><description>ARRAY[a, b] of arrays that are not constants: the array; 2202E where their dimensions differ, an empty one where all are empty.</description></item>
/// <item><term>array_subscript(anyarray, integer), map_subscript(map, key)</term><description>x[i]: null outside the bounds, null for a missing key.</description></item>
/// <item><term>array_slice(anyarray, integer ...)</term><description>x[l:u][l:u]: two bounds a dimension; absent ones are the least and the greatest integer.</description></item>
/// <item><term>row_constructor(any ...)</term><description>ROW(a, b), {'x': a}: the result type has the field names; never null.</description></item>
/// <item><term>field(row, integer)</term><description>The n-th field, from 1, as an integer literal.</description></item>
/// <item><term>map_constructor(key, value, key, value ...)</term><description>MAP {k: v}: the result type says key and value type.</description></item>
/// <item><term>compare_any(text, anyelement, anyarray), compare_all(...)</term><description>x op ANY | ALL (array) with op one of = &lt;> &lt; &lt;= > >= as a text literal; three-valued, not strict in the elements.</description></item>
/// <item><term>like_escape(text, text)</term><description>Rewrites a LIKE pattern with another escape character to one with backslash; only for escapes that are not constant.</description></item>
/// <item><term>similar_to_escape(text [, text])</term><description>Rewrites a SIMILAR TO pattern to a regular expression for "~".</description></item>
/// <item><term>single_row(anyelement, bigint)</term><description>A scalar subquery in a CASE arm and the like: its value and how many rows it had; 21000 for more than one.</description></item>
/// <item><term>hypothetical_rank(any ...), hypothetical_dense_rank, hypothetical_percent_rank, hypothetical_cume_dist</term><description>rank and its like WITHIN GROUP: the values, then the keys.</description></item>
/// <item><term>row_limit(bigint), row_offset(bigint)</term><description>LIMIT and OFFSET of a subquery: the argument; 2201W, 2201X for a negative one.</description></item>
/// <item><term>jsonb_order(jsonb)</term><description>A jsonb that is compared or sorted: bytes in its order.</description></item>
/// <item><term>tablesample_bernoulli(double precision, double precision, any ...), tablesample_system(...)</term><description>TABLESAMPLE: percentage, seed or NULL, columns of the row; whether it is in the sample.</description></item>
/// </list>
/// </remarks>
public static class SpecialFunctions
{
    public const string Extract = "extract";
    public const string TimeZone = "timezone";
    public const string ArrayConstructor = "array_constructor";
    public const string MatchingDimensions = "matching_dimensions";
    public const string ArraySubscript = "array_subscript";
    public const string ArraySlice = "array_slice";
    public const string SampleRows = "tablesample_bernoulli";
    public const string SampleBatches = "tablesample_system";
    public const string SingleRow = "single_row";
    public const string HypotheticalRank = "hypothetical_rank";
    public const string HypotheticalDenseRank = "hypothetical_dense_rank";
    public const string HypotheticalPercentRank = "hypothetical_percent_rank";
    public const string HypotheticalCumeDist = "hypothetical_cume_dist";
    public const string RowLimit = "row_limit";
    public const string RowOffset = "row_offset";
    public const string JsonbOrder = "jsonb_order";
    public const string MapSubscript = "map_subscript";
    public const string RowConstructor = "row_constructor";
    public const string Field = "field";
    public const string MapConstructor = "map_constructor";
    public const string CompareAny = "compare_any";
    public const string CompareAll = "compare_all";
    public const string LikeEscape = "like_escape";
    public const string SimilarToEscape = "similar_to_escape";
    public const string CurrentDate = "current_date";
    public const string CurrentTime = "current_time";
    public const string CurrentTimestamp = "current_timestamp";
    public const string LocalTime = "localtime";
    public const string LocalTimestamp = "localtimestamp";
    public const string CurrentUser = "current_user";
    public const string SessionUser = "session_user";
    public const string CurrentDatabase = "current_database";
    public const string CurrentSchema = "current_schema";
}
