using System.Globalization;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Reads intervals: 1 year 2 mons 3 days 04:05:06.7, 1-2, P1Y2M3DT4H5M6.7S, with signs, fractions and "ago".</summary>
/// <remarks>A fraction of a unit spills into the next lower one: months have 30 days, days 24 hours, years 12 months.</remarks>
internal static class IntervalParser
{
    private const string Type = "interval";

    public static Interval Parse(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.StartsWith('P') || trimmed.StartsWith("-P", StringComparison.Ordinal))
        {
            return ParseIso(trimmed, text);
        }

        var total = new Sum(text);
        string[] words = Split(trimmed);
        bool isAgo = false, isEmpty = true;
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            if (word == "@")
            {
                continue;
            }

            if (word.Equals("ago", StringComparison.OrdinalIgnoreCase))
            {
                isAgo = true;
                continue;
            }

            isEmpty = false;
            if (word.Contains(':', StringComparison.Ordinal))
            {
                total.AddTime(word);
            }
            else if (word.IndexOf('-', 1) > 0)
            {
                total.AddYearsMonths(word);
            }
            else if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            {
                string unit = i + 1 < words.Length && char.IsAsciiLetter(words[i + 1][0]) && !words[i + 1].Equals("ago", StringComparison.OrdinalIgnoreCase) ? words[++i] : "second";
                bool isDayBeforeTime = unit == "second" && i + 1 < words.Length && words[i + 1].Contains(':', StringComparison.Ordinal) && words[i] == word;
                total.Add(word, isDayBeforeTime ? "day" : unit);
            }
            else
            {
                throw ExecutionErrors.InvalidDateTime(Type, text);
            }
        }

        return isEmpty ? throw ExecutionErrors.InvalidDateTime(Type, text) : total.Build(isAgo);
    }

    /// <summary>Words at blanks and between a number and its unit: "1day" is "1", "day".</summary>
    private static string[] Split(string text)
    {
        var words = new List<string>();
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isBlank = i == text.Length || char.IsWhiteSpace(text[i]) || text[i] == ',';
            bool isUnitAfterNumber = !isBlank && i > start && char.IsAsciiLetter(text[i]) && (char.IsAsciiDigit(text[i - 1]) || text[i - 1] == '.')
                && !(text[i] is 'e' or 'E' && i + 1 < text.Length && (char.IsAsciiDigit(text[i + 1]) || text[i + 1] is '-' or '+'));
            if (isBlank || isUnitAfterNumber)
            {
                if (i > start)
                {
                    words.Add(text[start..i]);
                }

                start = isBlank ? i + 1 : i;
            }
        }

        return [.. words];
    }

    private static Interval ParseIso(string text, string original)
    {
        var total = new Sum(original);
        bool isNegative = text[0] == '-', isTime = false;
        int position = isNegative ? 2 : 1;
        if (position == text.Length)
        {
            throw ExecutionErrors.InvalidDateTime(Type, original);
        }

        while (position < text.Length)
        {
            if (text[position] == 'T')
            {
                isTime = true;
                position++;
                continue;
            }

            int start = position;
            while (position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] is '.' or '-' or '+'))
            {
                position++;
            }

            if (position == start || position == text.Length)
            {
                throw ExecutionErrors.InvalidDateTime(Type, original);
            }

            string unit = (text[position], isTime) switch
            {
                ('Y', false) => "year",
                ('M', false) => "month",
                ('W', false) => "week",
                ('D', false) => "day",
                ('H', true) => "hour",
                ('M', true) => "minute",
                ('S', true) => "second",
                _ => throw ExecutionErrors.InvalidDateTime(Type, original),
            };
            total.Add(text[start..position], unit);
            position++;
        }

        return total.Build(isNegative);
    }

    private struct Sum(string text)
    {
        private decimal _months;
        private decimal _days;
        private decimal _microseconds;

        public void Add(string number, string unit)
        {
            if (!decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value))
            {
                throw ExecutionErrors.InvalidDateTime(Type, text);
            }

            string name = unit.ToLowerInvariant();
            switch (name)
            {
                case "millennium" or "millennia" or "mil" or "mils": AddMonths(value * 12000); break;
                case "century" or "centuries" or "c" or "cent": AddMonths(value * 1200); break;
                case "decade" or "decades" or "dec" or "decs": AddMonths(value * 120); break;
                case "year" or "years" or "y" or "yr" or "yrs": AddYears(value); break;
                case "month" or "months" or "mon" or "mons": AddMonths(value); break;
                case "week" or "weeks" or "w": AddDays(value * 7); break;
                case "day" or "days" or "d": AddDays(value); break;
                case "hour" or "hours" or "h" or "hr" or "hrs": _microseconds += value * Calendar.MicrosecondsPerHour; break;
                case "minute" or "minutes" or "m" or "min" or "mins": _microseconds += value * Calendar.MicrosecondsPerMinute; break;
                case "second" or "seconds" or "s" or "sec" or "secs": _microseconds += value * Calendar.MicrosecondsPerSecond; break;
                case "millisecond" or "milliseconds" or "ms" or "msec" or "msecs": _microseconds += value * 1000; break;
                case "microsecond" or "microseconds" or "us" or "usec" or "usecs": _microseconds += value; break;
                default: throw ExecutionErrors.InvalidDateTime(Type, text);
            }
        }

        public void AddTime(string word)
        {
            bool isNegative = word[0] == '-';
            string[] parts = word.TrimStart('-', '+').Split(':');
            decimal[] numbers = new decimal[3];
            for (int i = 0; i < parts.Length; i++)
            {
                if (i > 2 || !decimal.TryParse(parts[i], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out numbers[i]))
                {
                    throw ExecutionErrors.InvalidDateTime(Type, text);
                }
            }

            if (parts.Length == 2 && parts[1].Contains('.', StringComparison.Ordinal))
            {
                numbers = [0, numbers[0], numbers[1]];
            }

            if (numbers[1] > 59 || numbers[2] >= 61)
            {
                throw ExecutionErrors.DateTimeFieldOutOfRange(text);
            }

            decimal time = (numbers[0] * Calendar.MicrosecondsPerHour) + (numbers[1] * Calendar.MicrosecondsPerMinute) + (numbers[2] * Calendar.MicrosecondsPerSecond);
            _microseconds += isNegative ? -time : time;
        }

        public void AddYearsMonths(string word)
        {
            bool isNegative = word[0] == '-';
            string[] parts = word.TrimStart('-', '+').Split('-');
            if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int years)
                || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int months))
            {
                throw ExecutionErrors.InvalidDateTime(Type, text);
            }

            _months += isNegative ? -((years * 12m) + months) : (years * 12m) + months;
        }

        public readonly Interval Build(bool negate)
        {
            try
            {
                int sign = negate ? -1 : 1;
                return new Interval((int)_months * sign, (int)_days * sign, (long)Math.Round(_microseconds, MidpointRounding.ToEven) * sign);
            }
            catch (OverflowException)
            {
                throw ExecutionErrors.DateTimeOutOfRange(Type);
            }
        }

        /// <summary>PostgreSQL rounds the fraction of a year to whole months.</summary>
        private void AddYears(decimal value) => _months += decimal.Truncate(value * 12) + decimal.Round((value * 12) - decimal.Truncate(value * 12), MidpointRounding.ToEven);

        private void AddMonths(decimal value)
        {
            decimal whole = decimal.Truncate(value);
            _months += whole;
            AddDays((value - whole) * 30);
        }

        private void AddDays(decimal value)
        {
            decimal whole = decimal.Truncate(value);
            _days += whole;
            _microseconds += (value - whole) * Calendar.MicrosecondsPerDay;
        }
    }
}
