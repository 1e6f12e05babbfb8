using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

/// <summary>Folds operands and operators as they stand in the text into a tree, by PostgreSQL's precedence.</summary>
/// <remarks>
/// From tight to loose: signs, ^, * / %, + -, any other operator. All associate to the left. A prefix operator other than a sign is as loose as its infix
/// kin: <c>@ a + b</c> is @(a + b), <c>~ a | b</c> is (~a) | b. Chains are folded in a loop; recursion is as deep as there are precedences.
/// </remarks>
internal sealed class OperatorChain(int capacity)
{
    private const int OtherPrecedence = 1;
    private const int AdditivePrecedence = 2;
    private const int MultiplicativePrecedence = 3;
    private const int PowerPrecedence = 4;

    private readonly List<Item> _items = new(capacity);
    private readonly List<(OperatorName Operator, bool Sign)> _prefixes = [];
    private int _next;

    private enum ItemKind
    {
        Prefix,
        Operand,
        Infix,
        Quantified,
    }

    /// <summary>Is how deep the tree can become above its operands.</summary>
    public int Levels { get; private set; }

    public void AddPrefix(OperatorName symbol, bool sign)
    {
        _prefixes.Add((symbol, sign));
        Levels++;
    }

    /// <summary>Applies the signs directly before an operand, and keeps the prefix operators before them for later.</summary>
    public Expression ApplySigns(Expression operand)
    {
        int kept = _prefixes.Count;
        while (kept > 0 && _prefixes[kept - 1].Sign)
            operand = Prefixed(_prefixes[--kept].Operator, operand);
        for (int i = 0; i < kept; i++)
            _items.Add(new Item(ItemKind.Prefix, _prefixes[i].Operator, null, _prefixes[i].Sign ? PowerPrecedence + 1 : OtherPrecedence + 1, null));
        _prefixes.Clear();
        return operand;
    }

    public void AddOperand(Expression operand, int suffixLevels)
    {
        Levels += suffixLevels;
        _items.Add(new Item(ItemKind.Operand, null, operand, 0, null));
    }

    public void AddInfix(OperatorName symbol, int tokenType)
    {
        int precedence = tokenType switch
        {
            CARET => PowerPrecedence,
            STAR or SLASH or PERCENT => MultiplicativePrecedence,
            PLUS or MINUS => AdditivePrecedence,
            _ => OtherPrecedence,
        };
        Levels++;
        _items.Add(new Item(ItemKind.Infix, symbol, null, precedence, null));
    }

    /// <summary>Adds what stands instead of a right operand in <c>a || ANY (…)</c>.</summary>
    public void AddQuantified(Func<Expression, OperatorName, Expression> build) => _items.Add(new Item(ItemKind.Quantified, null, null, 0, build));

    public Expression Fold()
    {
        _next = 0;
        return Fold(OtherPrecedence);
    }

    private Expression Fold(int loosest)
    {
        Expression left = FoldPrefixes();
        while (_next < _items.Count && _items[_next] is { Kind: ItemKind.Infix } infix && infix.Precedence >= loosest)
        {
            _next++;
            if (_items[_next].Kind == ItemKind.Quantified)
            {
                left = _items[_next++].Build!(left, infix.Operator!);
                continue;
            }
            Expression right = Fold(infix.Precedence + 1);
            left = new BinaryExpression(infix.Operator!, left, right) { Span = TextSpan.Covering(left.Span, right.Span) };
        }
        return left;
    }

    private Expression FoldPrefixes()
    {
        int first = _next;
        while (_items[_next].Kind == ItemKind.Prefix)
            _next++;
        int last = _next;
        Expression operand = _items[_next++].Operand!;
        if (last > first)
        {
            // The innermost prefix operator takes the operators that bind more tightly than it, the outer ones take its result.
            _items[--_next] = new Item(ItemKind.Operand, null, operand, 0, null);
            operand = Fold(_items[last - 1].Precedence);
            for (int i = last - 1; i >= first; i--)
                operand = Prefixed(_items[i].Operator!, operand);
        }
        return operand;
    }

    private static UnaryExpression Prefixed(OperatorName symbol, Expression operand) =>
        new(symbol, operand) { Span = TextSpan.Covering(symbol.Span, operand.Span) };

    private readonly record struct Item(
        ItemKind Kind, OperatorName? Operator, Expression? Operand, int Precedence, Func<Expression, OperatorName, Expression>? Build);
}
