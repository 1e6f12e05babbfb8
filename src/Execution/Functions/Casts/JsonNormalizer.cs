using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Brings JSON to jsonb's normal form token by token: keys once (the last value counts), ordered by length and bytes, blanks after colons and commas, only needed escapes.</summary>
/// <remarks><code>
/// tokens ─▶ output bytes; of each member of an open object its key and where its text begins
/// }      ─▶ members that are not in order yet are put in order where they stand
/// </code>
/// Time is linear in the text but for sorting keys, and for objects that stand within objects out of order: their text moves once a level. Kept between values, buffers included.
/// </remarks>
internal sealed class JsonNormalizer
{
    private const int KeptBytes = 1 << 20;

    /// <summary>Digits that numeric has at most, before and behind the point.</summary>
    private const int MostWholeDigits = 131_072, MostFractionDigits = 16_383;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = JsonForms.MostDepth };
    private readonly List<Member> _members = [];
    private readonly List<Container> _open = [];
    private byte[] _output = new byte[256];
    private byte[] _keys = new byte[64];
    private int _length;
    private int _keyLength;

    /// <summary>The normal form; valid until the next call.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    /// <exception cref="InvalidOperationException">A string holds half of a surrogate pair.</exception>
    public ReadOnlySpan<byte> Run(ReadOnlySpan<byte> json, CancellationToken cancellation)
    {
        _length = _keyLength = 0;
        _members.Clear();
        _open.Clear();
        if (_output.Length > KeptBytes && json.Length < KeptBytes / 4)
        {
            (_output, _keys) = (new byte[256], new byte[64]);
        }

        var pulse = new Pulse(cancellation);
        var reader = new Utf8JsonReader(json, Options);
        while (reader.Read())
        {
            pulse.Spend(8 + reader.ValueSpan.Length);
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    BeginValue();
                    Append(reader.ValueSpan);
                    _open.Add(new Container { IsObject = reader.TokenType == JsonTokenType.StartObject, FirstMember = _members.Count, FirstKey = _keyLength, Content = _length });
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    EndContainer(ref pulse);
                    Append(reader.ValueSpan);
                    break;
                case JsonTokenType.PropertyName:
                    BeginMember(in reader);
                    break;
                case JsonTokenType.String:
                    BeginValue();
                    AppendString(in reader, -1);
                    break;
                case JsonTokenType.Number when reader.ValueSpan.IndexOfAny((byte)'e', (byte)'E') >= 0 || reader.ValueSpan.StartsWith("-0"u8):
                    BeginValue();
                    AppendNumber(reader.ValueSpan);
                    break;
                default:
                    BeginValue();
                    Append(reader.ValueSpan);
                    break;
            }
        }

        return _output.AsSpan(0, _length);
    }

    /// <summary>The comma before an element; a member's value follows its key.</summary>
    private void BeginValue()
    {
        if (_open.Count > 0 && !_open[^1].IsObject)
        {
            Separate();
        }
    }

    private void Separate()
    {
        ref Container container = ref CollectionsMarshal.AsSpan(_open)[^1];
        if (container.HasContent)
        {
            Append(", "u8);
        }

        container.HasContent = true;
    }

    private void BeginMember(in Utf8JsonReader reader)
    {
        Separate();
        int start = _length, key = _keyLength;
        Grow(ref _keys, _keyLength, reader.ValueSpan.Length);
        _keyLength += reader.CopyString(_keys.AsSpan(_keyLength));
        AppendString(in reader, key);
        Append(": "u8);
        _members.Add(new Member(key, _keyLength - key, start));
    }

    /// <param name="reader">Stands on a string or a name.</param>
    /// <param name="key">Where its characters are among the keys; negative: they are not.</param>
    private void AppendString(in Utf8JsonReader reader, int key)
    {
        Append("\""u8);
        if (!reader.ValueIsEscaped)
        {
            Append(reader.ValueSpan);
        }
        else
        {
            int start = key < 0 ? _keyLength : key, end = _keyLength;
            if (key < 0)
            {
                Grow(ref _keys, _keyLength, reader.ValueSpan.Length);
                end = start + reader.CopyString(_keys.AsSpan(start));
            }

            AppendEscaped(_keys.AsSpan(start, end - start));
        }

        Append("\""u8);
    }

    /// <summary>A number as numeric shows it: without exponent, and zero without a sign.</summary>
    private void AppendNumber(ReadOnlySpan<byte> number)
    {
        bool isNegative = number[0] == '-';
        number = isNegative ? number[1..] : number;
        int exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> digits = exponentAt < 0 ? number : number[..exponentAt];
        int exponent = 0;
        if (exponentAt >= 0 && (!Utf8Parser.TryParse(number[(exponentAt + 1)..].TrimStart((byte)'+'), out exponent, out _) || exponent is > MostWholeDigits or < -MostFractionDigits))
        {
            throw ExecutionErrors.NumericFormatOverflow();
        }

        int point = digits.IndexOf((byte)'.');
        int whole = point < 0 ? digits.Length : point, fraction = digits.Length - whole - (point < 0 ? 0 : 1);
        byte[] plain = [.. digits[..whole], .. point < 0 ? default : digits[(point + 1)..]];
        // The point stands behind so many of the digits; zeros fill what is missing on either side.
        int at = whole + exponent;
        if (at > MostWholeDigits || fraction - exponent > MostFractionDigits)
        {
            throw ExecutionErrors.NumericFormatOverflow();
        }

        byte[] all = [.. Enumerable.Repeat((byte)'0', Math.Max(1 - at, 0)), .. plain, .. Enumerable.Repeat((byte)'0', Math.Max(at - plain.Length, 0))];
        int wholeDigits = Math.Max(at, 1);
        int first = Math.Min(Math.Max(all.AsSpan(0, wholeDigits).IndexOfAnyExcept((byte)'0'), -1) is var found && found < 0 ? wholeDigits - 1 : found, wholeDigits - 1);
        Append(isNegative && all.AsSpan().ContainsAnyExcept((byte)'0') ? "-"u8 : default);
        Append(all.AsSpan(first, wholeDigits - first));
        if (fraction - exponent > 0)
        {
            Append("."u8);
            Append(all.AsSpan(wholeDigits));
        }
    }

    private void AppendEscaped(ReadOnlySpan<byte> text)
    {
        // \u0001 is the longest escape.
        Grow(ref _output, _length, text.Length);
        foreach (byte value in text)
        {
            byte escape = value switch
            {
                (byte)'"' or (byte)'\\' => value,
                (byte)'\b' => (byte)'b',
                (byte)'\f' => (byte)'f',
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                < 32 => (byte)'u',
                _ => 0,
            };
            Grow(ref _output, _length, 6);
            if (escape != 0)
            {
                _output[_length++] = (byte)'\\';
            }

            _output[_length++] = escape == 0 ? value : escape;
            if (escape == 'u')
            {
                Append("00"u8);
                Append([(byte)('0' + (value >> 4)), (byte)"0123456789abcdef"[value & 15]]);
            }
        }
    }

    private void EndContainer(ref Pulse pulse)
    {
        Container container = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        if (!container.IsObject)
        {
            return;
        }

        ReadOnlySpan<Member> members = CollectionsMarshal.AsSpan(_members)[container.FirstMember..];
        for (int i = 1; i < members.Length; i++)
        {
            if (Compare(members[i - 1], members[i]) >= 0)
            {
                Arrange(members, container.Content, ref pulse);
                break;
            }
        }

        _members.RemoveRange(container.FirstMember, _members.Count - container.FirstMember);
        _keyLength = container.FirstKey;
    }

    /// <summary>Writes an object's members anew: in order, of equal keys the last.</summary>
    private void Arrange(ReadOnlySpan<Member> members, int content, ref Pulse pulse)
    {
        Member[] all = members.ToArray();
        var order = new int[all.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        pulse.Sort(order, (left, right) => Compare(all[left], all[right]) is var result && result != 0 ? result : left.CompareTo(right));
        byte[] old = _output.AsSpan(content, _length - content).ToArray();
        _length = content;
        for (int i = 0; i < order.Length; i++)
        {
            if (i + 1 < order.Length && Compare(all[order[i]], all[order[i + 1]]) == 0)
            {
                continue;
            }

            int member = order[i], start = all[member].Start - content, end = member + 1 < all.Length ? all[member + 1].Start - content - 2 : old.Length;
            Append(_length == content ? default : ", "u8);
            Append(old.AsSpan(start, end - start));
            pulse.Spend(end - start);
        }
    }

    private int Compare(Member left, Member right) => left.KeyLength != right.KeyLength
        ? left.KeyLength.CompareTo(right.KeyLength)
        : _keys.AsSpan(left.Key, left.KeyLength).SequenceCompareTo(_keys.AsSpan(right.Key, right.KeyLength));

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Grow(ref _output, _length, bytes.Length);
        bytes.CopyTo(_output.AsSpan(_length));
        _length += bytes.Length;
    }

    private static void Grow(ref byte[] buffer, int used, int extra)
    {
        if (buffer.Length - used < extra)
        {
            Array.Resize(ref buffer, (int)Math.Clamp(buffer.Length * 2L, (long)used + extra, Array.MaxLength));
        }
    }

    /// <summary>A member of an open object: its key's characters, and where its text begins in the output.</summary>
    private readonly record struct Member(int Key, int KeyLength, int Start);

    private struct Container
    {
        public bool IsObject;
        public bool HasContent;
        public int FirstMember;
        public int FirstKey;
        public int Content;
    }
}
