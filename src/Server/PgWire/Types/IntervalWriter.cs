using System.Globalization;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Server.PgWire.Messages;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>Intervals as text under IntervalStyle iso_8601, sql_standard or postgres_verbose (PostgreSQL's EncodeInterval).</summary>
internal sealed class IntervalWriter(IntervalStyle style) : ValueWriter
{
    private readonly StringBuilder _text = new();
    private Interval[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.Load(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row)
    {
        _text.Clear();
        Append(_text, _values[row], style);
        writer.Value(_text.ToString());
    }

    internal static void Append(StringBuilder text, Interval value, IntervalStyle style)
    {
        long time = value.Microseconds;
        var fields = new Fields(
            value.Months / 12, value.Months % 12, value.Days, time / Calendar.MicrosecondsPerHour, time / Calendar.MicrosecondsPerMinute % 60, time / Calendar.MicrosecondsPerSecond % 60, time % Calendar.MicrosecondsPerSecond);
        switch (style)
        {
            case IntervalStyle.Iso8601: AppendIso(text, fields); break;
            case IntervalStyle.SqlStandard: AppendStandard(text, fields); break;
            default: AppendVerbose(text, fields); break;
        }
    }

    /// <summary>P1Y2M3DT4H5M6.7S, PT0S.</summary>
    private static void AppendIso(StringBuilder text, Fields fields)
    {
        if (fields.IsZero)
        {
            text.Append("PT0S");
            return;
        }

        text.Append('P');
        Part(fields.Years, 'Y');
        Part(fields.Months, 'M');
        Part(fields.Days, 'D');
        if (fields.HasTime)
        {
            text.Append('T');
            Part(fields.Hours, 'H');
            Part(fields.Minutes, 'M');
            if (fields.HasSeconds)
            {
                text.Append(fields.AreSecondsNegative ? "-" : "");
                AppendSeconds(text, fields, 1);
                text.Append('S');
            }
        }

        void Part(long part, char unit) => text.Append(part == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{part}{unit}"));
    }

    /// <summary>1-2 of years and months, 3 4:05:06.7 of the rest; signs on every part where the standard has no form: +1-2 -3 +4:05:06.</summary>
    private static void AppendStandard(StringBuilder text, Fields fields)
    {
        if (fields.IsZero)
        {
            text.Append('0');
            return;
        }

        bool hasMonths = (fields.Years | fields.Months) != 0, isMixed = fields.HasNegative && fields.HasPositive;
        bool hasRest = fields.Days != 0 || fields.HasTime;
        if (isMixed || (hasMonths && hasRest))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Sign(fields.Years < 0 || fields.Months < 0)}{Math.Abs(fields.Years)}-{Math.Abs(fields.Months)} {Sign(fields.Days < 0)}{Math.Abs(fields.Days)} {Sign(fields.IsTimeNegative)}");
            AppendTime();
            return;
        }

        text.Append(fields.HasNegative ? "-" : "");
        if (hasMonths)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Math.Abs(fields.Years)}-{Math.Abs(fields.Months)}");
            return;
        }

        text.Append(fields.Days == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(fields.Days)} "));
        AppendTime();

        void AppendTime()
        {
            text.Append(CultureInfo.InvariantCulture, $"{UInt128.CreateTruncating(Int128.Abs(fields.Hours))}:{Math.Abs(fields.Minutes):00}:");
            AppendSeconds(text, fields, 2);
        }

        static char Sign(bool isNegative) => isNegative ? '-' : '+';
    }

    /// <summary>@ 1 year 2 mons 3 days 4 hours 5 mins 6.7 secs, the first part's sign as "ago".</summary>
    private static void AppendVerbose(StringBuilder text, Fields fields)
    {
        bool isZero = true, isBefore = false;
        text.Append('@');
        Part(fields.Years, "year");
        Part(fields.Months, "mon");
        Part(fields.Days, "day");
        Part(fields.Hours, "hour");
        Part(fields.Minutes, "min");
        if (fields.HasSeconds)
        {
            isBefore |= isZero && fields.AreSecondsNegative;
            text.Append(fields.AreSecondsNegative == isBefore ? " " : " -");
            AppendSeconds(text, fields, 1);
            text.Append(Math.Abs(fields.Seconds) == 1 && fields.Microseconds == 0 ? " sec" : " secs");
            isZero = false;
        }

        text.Append(isZero ? " 0" : "").Append(isBefore ? " ago" : "");

        void Part(long part, string unit)
        {
            if (part == 0)
            {
                return;
            }

            isBefore = isZero ? part < 0 : isBefore;
            isZero = false;
            long shown = isBefore ? -part : part;
            text.Append(CultureInfo.InvariantCulture, $" {shown} {unit}{(shown == 1 ? "" : "s")}");
        }
    }

    private static void AppendSeconds(StringBuilder text, Fields fields, int digits)
    {
        text.Append(Math.Abs(fields.Seconds).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0'));
        if (fields.Microseconds != 0)
        {
            text.Append('.').Append(Math.Abs(fields.Microseconds).ToString("000000", CultureInfo.InvariantCulture).TrimEnd('0'));
        }
    }

    /// <summary>An interval's parts, those of its time all of one sign.</summary>
    private readonly record struct Fields(int Years, int Months, int Days, long Hours, long Minutes, long Seconds, long Microseconds)
    {
        public bool HasSeconds => (Seconds | Microseconds) != 0;

        public bool HasTime => (Hours | Minutes) != 0 || HasSeconds;

        public bool AreSecondsNegative => Seconds < 0 || Microseconds < 0;

        public bool IsTimeNegative => Hours < 0 || Minutes < 0 || AreSecondsNegative;

        public bool HasNegative => Years < 0 || Months < 0 || Days < 0 || IsTimeNegative;

        public bool HasPositive => Years > 0 || Months > 0 || Days > 0 || (HasTime && !IsTimeNegative);

        public bool IsZero => (Years | Months | Days) == 0 && !HasTime;
    }
}
