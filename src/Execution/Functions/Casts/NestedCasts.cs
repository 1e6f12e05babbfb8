using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Casts of arrays and rows, part by part, and of text to arrays.</summary>
internal static class NestedCasts
{
    /// <summary>The cast, or null when it is none of nested types.</summary>
    public static VectorFunction? TryBind(CallBinding binding)
    {
        SqlType from = binding.ArgumentTypes[0], to = binding.ResultType;
        if (to.Kind == TypeKind.Array && (from.IsText || from.Kind == TypeKind.Unknown))
        {
            return new RowFunction(binding, ParseArray, isStrict: true);
        }

        return (from.Kind, to.Kind) switch
        {
            (TypeKind.Array, TypeKind.Array) => new ElementCast(binding, CastFunctions.Bind(from.Element!, to.Element!, binding.Context)),
            (TypeKind.Row, TypeKind.Row) when from.Fields!.Count == to.Fields!.Count =>
                new FieldCast(binding, [.. from.Fields.Select((column, i) => CastFunctions.Bind(column.Type, to.Fields[i].Type, binding.Context))]),
            _ => null,
        };
    }

    private static void ParseArray(Row row)
    {
        string text = row.Text(0);
        SqlType element = row.Binding.ResultType.Element!;
        List<string?> items = row.Binding.ResultType.Variant.IsVector() && !text.StartsWith('{')
            ? [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)]
            : ArrayText.Parse(text, element.Kind == TypeKind.Array, row.Cancellation);
        EvaluationContext context = row.Context;
        Pulse pulse = row.Pulse;
        using var texts = new ResultColumn(SqlType.Text, context.Account);
        texts.Start(items.Count);
        for (int i = 0; i < items.Count; i++)
        {
            texts.MoveTo(i);
            pulse.Spend(64);
            if (items[i] is { } item)
            {
                texts.SetText(item);
            }
        }

        using VectorFunction? cast = CastFunctions.Bind(SqlType.Text, element, context);
        Vector values = texts.Build();
        values = cast == null ? values : cast.Invoke([values], items.Count, null);
        row.Result.BeginList().AppendRange(values, 0, items.Count);
        row.Result.EndList();
    }

    private sealed class ElementCast(CallBinding binding, VectorFunction? cast) : VectorFunction
    {
        private readonly VectorGatherer _flattener = new(binding.Context.Account);

        public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
        {
            var list = (ListVector)_flattener.Flatten(arguments[0]);
            Vector child = cast == null ? list.Child : cast.Invoke([list.Child], list.Child.Length, null);
            return new ListVector(ArrowType.List(child.Type), length, list.OffsetsBuffer, child, list.ValidityBuffer, list.NullCount);
        }

        public override void Dispose()
        {
            cast?.Dispose();
            _flattener.Dispose();
        }
    }

    private sealed class FieldCast(CallBinding binding, VectorFunction?[] casts) : VectorFunction
    {
        private readonly VectorGatherer _flattener = new(binding.Context.Account);

        public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
        {
            var row = (StructVector)_flattener.Flatten(arguments[0]);
            var children = new Vector[casts.Length];
            for (int i = 0; i < children.Length; i++)
            {
                children[i] = casts[i] is { } cast ? cast.Invoke([row.Children[i]], length, selection) : row.Children[i];
            }

            return new StructVector(ArrowTypes.Of(binding.ResultType), length, children, row.ValidityBuffer, row.NullCount);
        }

        public override void Dispose()
        {
            foreach (VectorFunction? cast in casts)
            {
                cast?.Dispose();
            }

            _flattener.Dispose();
        }
    }
}

/// <summary>Reads the text form of arrays: {1,2,NULL,"a b"}; of several dimensions, a text for each array within.</summary>
internal static class ArrayText
{
    public static List<string?> Parse(string text, bool hasArrays, CancellationToken cancellation)
    {
        var pulse = new Pulse(cancellation);
        string trimmed = text.Trim();
        if (trimmed.Length < 2 || trimmed[0] != '{' || trimmed[^1] != '}')
        {
            throw Malformed(text);
        }

        var items = new List<string?>();
        int position = 1, end = trimmed.Length - 1;
        if (trimmed[1..end].Trim().Length == 0)
        {
            return items;
        }

        while (true)
        {
            while (position < end && char.IsWhiteSpace(trimmed[position]))
            {
                position++;
            }

            items.Add(hasArrays && position < end && trimmed[position] == '{' ? ParseArray(trimmed, text, ref position, end, ref pulse) : ParseItem(trimmed, text, ref position, end, ref pulse));
            while (position < end && char.IsWhiteSpace(trimmed[position]))
            {
                position++;
            }

            if (position == end)
            {
                return items;
            }

            if (trimmed[position++] != ',')
            {
                throw Malformed(text);
            }
        }
    }

    private static string ParseArray(string trimmed, string text, ref int position, int end, ref Pulse pulse)
    {
        int start = position, depth = 0;
        bool isQuoted = false;
        for (; position < end; position++)
        {
            pulse.Spend(1);
            switch (trimmed[position])
            {
                case '\\': position++; break;
                case '"': isQuoted = !isQuoted; break;
                case '{' when !isQuoted: depth++; break;
                case '}' when !isQuoted && --depth == 0: return trimmed[start..++position];
            }
        }

        throw Malformed(text);
    }

    private static string? ParseItem(string trimmed, string text, ref int position, int end, ref Pulse pulse)
    {
        pulse.Spend(64);
        var item = new StringBuilder();
        bool isQuoted = position < end && trimmed[position] == '"';
        position += isQuoted ? 1 : 0;
        while (position < end && (isQuoted ? trimmed[position] != '"' : trimmed[position] is not (',' or '}')))
        {
            if (trimmed[position] is '{' && !isQuoted)
            {
                throw ExecutionErrors.Unsupported("arrays of several dimensions as text");
            }

            if (trimmed[position] == '\\' && position + 1 < end)
            {
                position++;
            }

            item.Append(trimmed[position++]);
            pulse.Spend(1);
        }

        if (isQuoted)
        {
            return position < end && trimmed[position++] == '"' ? item.ToString() : throw Malformed(text);
        }

        string word = item.ToString().TrimEnd();
        return word.Length == 0 ? throw Malformed(text) : word.Equals("null", StringComparison.OrdinalIgnoreCase) ? null : word;
    }

    private static Exception Malformed(string text) => new Parser.Errors.QueryException("22P02", Parser.Errors.ErrorKind.User, $"malformed array literal: \"{text}\"")
    {
        Detail = Catalyst.Types.Text.ArrayFault.Find(text),
    };
}
