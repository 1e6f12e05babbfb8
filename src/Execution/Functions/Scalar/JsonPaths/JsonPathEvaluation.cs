using System.Text;
using System.Text.Json;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Functions.Scalar.JsonPaths;

/// <summary>Applies a path to a document, as PostgreSQL's jsonpath_exec.c does. Errors are values until somebody throws them: conditions turn them into unknown.</summary>
/// <param name="path">The path.</param>
/// <param name="root">$.</param>
/// <param name="variables">Values of $name; null: none.</param>
/// <param name="cancellation">Ends the search.</param>
internal sealed class JsonPathEvaluation(JsonPath path, JsonElement root, JsonElement? variables, CancellationToken cancellation)
{
    /// <summary>What a step counts as, in bytes of work.</summary>
    private const int StepBytes = 64;

    private readonly PathNode _path = path.Root;
    private readonly JsonElement _root = root;
    private PathItem _current = new(root);
    private int _lastIndex;
    private Pulse _pulse = new(cancellation);

    private bool IsLax { get; } = !path.IsStrict;

    /// <summary>What went wrong; null when nothing did.</summary>
    public QueryException? Error { get; private set; }

    /// <summary>All items of the path, up to the error if there is one.</summary>
    public List<PathItem> Run()
    {
        var items = new List<PathItem>();
        Evaluate(_path, items);
        return items;
    }

    private bool Evaluate(PathNode node, List<PathItem> found)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw ExecutionErrors.JsonPathTooDeep();
        }

        _pulse.Spend(StepBytes);
        if (node.IsPredicate)
        {
            found.Add(PathItem.Of(Test(node)));
            return Error is null;
        }

        switch (node)
        {
            case ItemNode item:
                found.Add(item.IsCurrent ? _current : new PathItem(_root));
                return true;
            case LastNode:
                found.Add(PathItem.Of(new PathNumber(_lastIndex, 0)));
                return true;
            case ConstantNode constant:
                found.Add(new PathItem(constant.Value));
                return true;
            case VariableNode variable:
                return variables is { } values && values.TryGetProperty(variable.Name, out JsonElement value) ? Add(found, value)
                    : throw new QueryException("42704", ErrorKind.User, $"could not find jsonpath variable \"{variable.Name}\"");
            case MemberNode member:
                return ForEach(member.Input, member.Name is null ? Values : Member, node, found);
            case ElementNode elements:
                return ForEach(elements.Input, elements.Subscripts is null ? Elements : Subscripts, node, found);
            case DescendantNode descendants:
                return ForEach(descendants.Input, Descendants, node, found);
            case FilterNode filter:
                return ForEach(filter.Input, Filter, node, found);
            case MethodNode method:
                return ForEach(method.Input, Method, node, found);
            case SignNode sign:
                return Sign(sign, found);
            case ArithmeticNode arithmetic:
                return Arithmetic(arithmetic, found);
            default:
                throw ExecutionErrors.Internal($"jsonpath node {node.GetType().Name}");
        }
    }

    private delegate bool Step(PathNode node, PathItem item, bool unwraps, List<PathItem> found);

    private bool ForEach(PathNode input, Step step, PathNode node, List<PathItem> found)
    {
        var items = new List<PathItem>();
        bool isComplete = Evaluate(input, items);
        foreach (PathItem item in items)
        {
            _pulse.Spend(StepBytes);
            if (!step(node, item, IsLax, found))
            {
                return false;
            }
        }

        return isComplete;
    }

    /// <summary>Whether a step leaves out what it does not fit: in lax mode, and behind .** in strict mode too.</summary>
    private bool Ignores(PathNode node)
    {
        if (IsLax)
        {
            return true;
        }

        for (PathNode? input = Input(node); input is not null; input = Input(input))
        {
            if (input is DescendantNode)
            {
                return true;
            }
        }

        return false;

        static PathNode? Input(PathNode step) => step switch
        {
            MemberNode member => member.Input,
            ElementNode elements => elements.Input,
            DescendantNode descendants => descendants.Input,
            FilterNode filter => filter.Input,
            MethodNode method => method.Input,
            _ => null,
        };
    }

    /// <summary>In lax mode an array stands for its elements, one level deep.</summary>
    private bool Unwrapped(Step step, PathNode node, PathItem array, List<PathItem> found)
    {
        foreach (JsonElement element in array.Element.EnumerateArray())
        {
            _pulse.Spend(StepBytes);
            if (!step(node, new PathItem(element), false, found))
            {
                return false;
            }
        }

        return true;
    }

    private bool Member(PathNode node, PathItem item, bool unwraps, List<PathItem> found)
    {
        string name = ((MemberNode)node).Name!;
        if (item.Kind == JsonValueKind.Object)
        {
            return item.Element.TryGetProperty(name, out JsonElement value) ? Add(found, value)
                : Ignores(node) || Fail("2203A", $"JSON object does not contain key \"{name}\"");
        }

        return unwraps && item.Kind == JsonValueKind.Array ? Unwrapped(Member, node, item, found)
            : Ignores(node) || Fail("2203A", "jsonpath member accessor can only be applied to an object");
    }

    private bool Values(PathNode node, PathItem item, bool unwraps, List<PathItem> found)
    {
        if (item.Kind == JsonValueKind.Object)
        {
            found.AddRange(PathItem.Properties(item.Element).Select(static property => new PathItem(property.Value)));
            return true;
        }

        return unwraps && item.Kind == JsonValueKind.Array ? Unwrapped(Values, node, item, found)
            : Ignores(node) || Fail("2203C", "jsonpath wildcard member accessor can only be applied to an object");
    }

    private bool Elements(PathNode node, PathItem item, bool unwraps, List<PathItem> found)
    {
        if (item.Kind == JsonValueKind.Array)
        {
            found.AddRange(item.Element.EnumerateArray().Select(static element => new PathItem(element)));
            return true;
        }

        if (IsLax)
        {
            found.Add(item);
            return true;
        }

        return Ignores(node) || Fail("22039", "jsonpath wildcard array accessor can only be applied to an array");
    }

    private bool Subscripts(PathNode node, PathItem item, bool unwraps, List<PathItem> found)
    {
        bool isArray = item.Kind == JsonValueKind.Array;
        if (!isArray && !IsLax)
        {
            return Ignores(node) || Fail("22039", "jsonpath array accessor can only be applied to an array");
        }

        int length = isArray ? item.Element.GetArrayLength() : 1, outer = _lastIndex;
        _lastIndex = length - 1;
        foreach ((PathNode fromNode, PathNode? toNode) in ((ElementNode)node).Subscripts!)
        {
            if (Subscript(fromNode) is not { } from || (toNode is null ? from : Subscript(toNode)) is not { } to)
            {
                return false;
            }

            if (!Ignores(node) && (from < 0 || from > to || to >= length))
            {
                return Fail("22033", "jsonpath array subscript is out of bounds");
            }

            for (long i = Math.Max(from, 0); i <= Math.Min(to, length - 1); i++)
            {
                found.Add(isArray ? new PathItem(item.Element[(int)i]) : item);
            }
        }

        _lastIndex = outer;
        return true;
    }

    private long? Subscript(PathNode node)
    {
        var items = new List<PathItem>();
        if (!Evaluate(node, items))
        {
            return null;
        }

        if (items is not [{ Kind: JsonValueKind.Number } index])
        {
            Fail("22033", "jsonpath array subscript is not a single numeric value");
            return null;
        }

        System.Numerics.BigInteger whole = index.Number.Truncated();
        if (whole < int.MinValue || whole > int.MaxValue)
        {
            Fail("22033", "jsonpath array subscript is out of integer range");
            return null;
        }

        return (long)whole;
    }

    private bool Descendants(PathNode node, PathItem item, bool unwraps, List<PathItem> found)
    {
        var descendants = (DescendantNode)node;
        Descend(item.Element, 0);
        return true;

        void Descend(JsonElement element, int level)
        {
            _pulse.Spend(StepBytes);
            bool isLeaf = element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
            if ((level >= descendants.First && level <= descendants.Last) || (descendants is { First: int.MaxValue, Last: int.MaxValue } && isLeaf))
            {
                found.Add(new PathItem(element));
            }

            if (isLeaf || level >= descendants.Last)
            {
                return;
            }

            foreach (JsonElement child in element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : PathItem.Properties(element).Select(static property => property.Value))
            {
                Descend(child, level + 1);
            }
        }
    }

    private bool Filter(PathNode node, PathItem item, bool unwraps, List<PathItem> found)
    {
        if (unwraps && item.Kind == JsonValueKind.Array)
        {
            return Unwrapped(Filter, node, item, found);
        }

        PathItem outer = _current;
        _current = item;
        if (Test(((FilterNode)node).Predicate) == true)
        {
            found.Add(item);
        }

        _current = outer;
        return true;
    }

    private bool Method(PathNode node, PathItem item, bool unwraps, List<PathItem> found)
    {
        var method = (MethodNode)node;
        if (method.Name == "type")
        {
            found.Add(PathItem.Of(item.TypeName));
            return true;
        }

        if (method.Name == "size")
        {
            if (item.Kind != JsonValueKind.Array && !IsLax && !Ignores(node))
            {
                return Fail("22039", "jsonpath item method .size() can only be applied to an array");
            }

            found.Add(PathItem.Of(new PathNumber(item.Kind == JsonValueKind.Array ? item.Element.GetArrayLength() : 1, 0)));
            return true;
        }

        if (unwraps && item.Kind == JsonValueKind.Array)
        {
            return Unwrapped(Method, node, item, found);
        }

        switch (method.Name)
        {
            case "keyvalue":
                return KeyValues(item, found);
            case "double":
                return Double(item, found);
            case "datetime":
                return item.Kind != JsonValueKind.String ? Fail("22031", "jsonpath item method .datetime() can only be applied to a string")
                    : PathTime.Read(item.Element.GetString()!, method.Template) is { } time ? Add(found, PathItem.Of(time))
                    : Fail("22031", $"datetime format is not recognized: \"{item.Element.GetString()}\"");
            case var _ when item.Kind != JsonValueKind.Number:
                return Fail("22036", $"jsonpath item method .{method.Name}() can only be applied to a numeric value");
            default:
                PathNumber number = item.Number;
                found.Add(PathItem.Of(method.Name == "abs" ? number.Unscaled.Sign < 0 ? -number : number : number.Whole(method.Name == "ceiling")));
                return true;
        }
    }

    private bool Double(PathItem item, List<PathItem> found)
    {
        string? text = item.Kind == JsonValueKind.Number ? item.Element.GetRawText() : item.Kind == JsonValueKind.String ? item.Element.GetString() : null;
        if (text is null)
        {
            return Fail("22036", "jsonpath item method .double() can only be applied to a string or numeric value");
        }

        if (Catalyst.Types.Text.NumberInput.Double(text, out double value) != Catalyst.Types.Text.InputResult.Ok || !double.IsFinite(value))
        {
            return Fail("22036", $"{(item.Kind == JsonValueKind.String ? "string" : "numeric")} argument of jsonpath item method .double() is not a valid representation of a double precision number");
        }

        found.Add(PathItem.Of(PathNumber.Parse(value.ToString("G15", System.Globalization.CultureInfo.InvariantCulture))));
        return true;
    }

    private bool KeyValues(PathItem item, List<PathItem> found)
    {
        if (item.Kind != JsonValueKind.Object)
        {
            return Fail("2203C", "jsonpath item method .keyvalue() can only be applied to an object");
        }

        foreach (JsonProperty property in PathItem.Properties(item.Element))
        {
            var text = new StringBuilder("{\"id\": 0, \"key\": ");
            JsonForms.AppendString(text, property.Name);
            text.Append(", \"value\": ").Append(property.Value.GetRawText()).Append('}');
            found.Add(new PathItem(JsonDocument.Parse(text.ToString()).RootElement));
        }

        return true;
    }

    private bool Sign(SignNode node, List<PathItem> found)
    {
        var operands = new List<PathItem>();
        if (!EvaluateUnwrapped(node.Operand, operands))
        {
            return false;
        }

        foreach (PathItem operand in operands)
        {
            if (operand.Kind != JsonValueKind.Number)
            {
                return Fail("2203B", $"operand of unary jsonpath operator {node.Sign} is not a numeric value");
            }

            found.Add(PathItem.Of(node.Sign == '-' ? -operand.Number : operand.Number));
        }

        return true;
    }

    private bool Arithmetic(ArithmeticNode node, List<PathItem> found)
    {
        List<PathItem> left = [], right = [];
        if (!EvaluateUnwrapped(node.Left, left) || !EvaluateUnwrapped(node.Right, right))
        {
            return false;
        }

        if (left is not [{ Kind: JsonValueKind.Number } a])
        {
            return Fail("22038", $"left operand of jsonpath operator {node.Operator} is not a single numeric value");
        }

        if (right is not [{ Kind: JsonValueKind.Number } b])
        {
            return Fail("22038", $"right operand of jsonpath operator {node.Operator} is not a single numeric value");
        }

        (PathNumber x, PathNumber y) = (a.Number, b.Number);
        if (node.Operator is '/' or '%' && y.Unscaled.IsZero)
        {
            return Fail("22012", "division by zero");
        }

        found.Add(PathItem.Of(node.Operator switch { '+' => x + y, '-' => x - y, '*' => x * y, '/' => x / y, _ => x % y }));
        return true;
    }

    private bool EvaluateUnwrapped(PathNode node, List<PathItem> found)
    {
        if (!IsLax)
        {
            return Evaluate(node, found);
        }

        var items = new List<PathItem>();
        bool isComplete = Evaluate(node, items);
        foreach (PathItem item in items)
        {
            if (item.Kind == JsonValueKind.Array)
            {
                found.AddRange(item.Element.EnumerateArray().Select(static element => new PathItem(element)));
            }
            else
            {
                found.Add(item);
            }
        }

        return isComplete;
    }

    /// <summary>A condition: true, false or unknown. Errors within make it unknown.</summary>
    private bool? Test(PathNode node)
    {
        switch (node)
        {
            case ConnectiveNode connective:
                bool? first = Test(connective.Left);
                return first == !connective.IsAnd ? first : Test(connective.Right) is var second && (second == !connective.IsAnd || first == connective.IsAnd) ? second : null;
            case NotNode not:
                return !Test(not.Operand);
            case UnknownNode unknown:
                return Test(unknown.Operand) is null;
            case ExistsNode exists:
                var found = new List<PathItem>();
                bool isComplete = Quietly(() => Evaluate(exists.Operand, found));
                return IsLax && found.Count > 0 ? true : isComplete ? found.Count > 0 : null;
            case ComparisonNode comparison:
                return Pairs(comparison.Left, comparison.Right, (left, right) => PathItem.Compare(comparison.Operator, left, right));
            case StartsWithNode starts:
                return Pairs(starts.Operand, starts.Beginning, static (text, beginning) => text.Kind == JsonValueKind.String && beginning.Kind == JsonValueKind.String
                    ? text.Element.GetString()!.StartsWith(beginning.Element.GetString()!, StringComparison.Ordinal) : null);
            case LikeRegexNode like:
                return Pairs(like.Operand, null, (text, _) => text.Kind == JsonValueKind.String ? IsMatch(like, text.Element.GetString()!) : null);
            default:
                throw ExecutionErrors.Internal($"jsonpath condition {node.GetType().Name}");
        }
    }

    private bool IsMatch(LikeRegexNode like, string text) => like.Pattern.Run(text.Length, regex => regex.IsMatch(text), cancellation);

    /// <summary>Whether the test holds for any pair of items. Lax: the first true one decides; strict: an unknown one does.</summary>
    private bool? Pairs(PathNode left, PathNode? right, Func<PathItem, PathItem, bool?> test)
    {
        List<PathItem> lefts = [], rights = [];
        if (!Quietly(() => EvaluateUnwrapped(left, lefts) && (right is null || EvaluateUnwrapped(right, rights))))
        {
            return null;
        }

        bool isUnknown = false, isTrue = false;
        foreach (PathItem item in lefts)
        {
            for (int i = 0; i < (right is null ? 1 : rights.Count); i++)
            {
                _pulse.Spend(StepBytes);
                bool? result = test(item, right is null ? default : rights[i]);
                if (result is null && !IsLax)
                {
                    return null;
                }

                if (result == true && IsLax)
                {
                    return true;
                }

                isUnknown |= result is null;
                isTrue |= result == true;
            }
        }

        return isTrue ? true : isUnknown ? null : false;
    }

    private bool Quietly(Func<bool> evaluate)
    {
        bool isComplete = evaluate();
        Error = null;
        return isComplete;
    }

    private static bool Add(List<PathItem> found, JsonElement value) => Add(found, new PathItem(value));

    private static bool Add(List<PathItem> found, PathItem item)
    {
        found.Add(item);
        return true;
    }

    private bool Fail(string state, string message)
    {
        Error ??= new QueryException(state, ErrorKind.User, message);
        return false;
    }
}
