namespace SqlCluster.Parser.Ast;

/// <summary>Is anything that has a value. Parentheses leave no trace: the tree's shape says it all.</summary>
public abstract record Expression : SyntaxNode;

/// <summary>Is a column, perhaps qualified. <c>a.b</c> may turn out to be field b of column a: the analyzer knows.</summary>
public sealed record ColumnReference(QualifiedName Name) : Expression;

/// <summary>Is <c>*</c> or <c>t.*</c> in a select list, RETURNING, <c>count(*)</c> or a row, with DuckDB's EXCLUDE and REPLACE.</summary>
public sealed record Star(QualifiedName? Qualifier, NodeList<Identifier> Exclude, NodeList<StarReplacement> Replace) : Expression
{
    /// <summary>Makes a plain star.</summary>
    public Star(QualifiedName? qualifier = null) : this(qualifier, [], [])
    {
    }
}

/// <summary>Is <c>expression AS column</c> within <c>* REPLACE (…)</c>.</summary>
public sealed record StarReplacement(Expression Value, Identifier Column) : SyntaxNode;

/// <summary>Is a prefix operator.</summary>
public sealed record UnaryExpression(OperatorName Operator, Expression Operand) : Expression;

/// <summary>Is an infix operator: arithmetic, comparison or any other symbol. Left-associative; chains are left-deep.</summary>
public sealed record BinaryExpression(OperatorName Operator, Expression Left, Expression Right) : Expression;

/// <summary>Is a chain of AND or of OR, with at least two operands; no operand is a chain of the same kind written without parentheses.</summary>
public sealed record LogicalExpression(LogicalOperator Operator, NodeList<Expression> Operands) : Expression;

public enum LogicalOperator
{
    And,
    Or,
}

public sealed record NotExpression(Expression Operand) : Expression;

/// <summary>Is <c>x IS [NOT] NULL</c>, <c>x ISNULL</c> or <c>x NOTNULL</c>.</summary>
public sealed record IsNullExpression(Expression Operand, bool Negated) : Expression;

/// <summary>Is <c>x IS [NOT] TRUE | FALSE | UNKNOWN</c>.</summary>
public sealed record IsTruthExpression(Expression Operand, TruthValue Value, bool Negated) : Expression;

public enum TruthValue
{
    True,
    False,
    Unknown,
}

public sealed record IsDistinctFromExpression(Expression Left, Expression Right, bool Negated) : Expression;

public sealed record BetweenExpression(Expression Operand, Expression Low, Expression High, bool Symmetric, bool Negated) : Expression;

public sealed record InListExpression(Expression Operand, NodeList<Expression> Values, bool Negated) : Expression;

public sealed record InSubqueryExpression(Expression Operand, Query Query, bool Negated) : Expression;

public sealed record PatternMatchExpression(PatternKind Kind, Expression Operand, Expression Pattern, Expression? Escape, bool Negated) : Expression;

public enum PatternKind
{
    Like,
    ILike,
    SimilarTo,
}

/// <summary>Is <c>x op ANY | ALL (subquery)</c>. LIKE, NOT LIKE, ILIKE and NOT ILIKE are the operators ~~, !~~, ~~* and !~~*.</summary>
public sealed record QuantifiedSubqueryExpression(Expression Operand, OperatorName Operator, Quantifier Quantifier, Query Query) : Expression;

/// <summary>Is <c>x op ANY | ALL (array)</c>.</summary>
public sealed record QuantifiedArrayExpression(Expression Operand, OperatorName Operator, Quantifier Quantifier, Expression Array) : Expression;

public enum Quantifier
{
    /// <summary>Is ANY, also written SOME.</summary>
    Any,
    All,
}

public sealed record ExistsExpression(Query Query) : Expression;

/// <summary>Is a query in parentheses used as a value.</summary>
public sealed record ScalarSubquery(Query Query) : Expression;

/// <summary>Is <c>ARRAY(query)</c>.</summary>
public sealed record ArraySubquery(Query Query) : Expression;

/// <summary>Is <c>ARRAY[a, b]</c> or DuckDB's <c>[a, b]</c>.</summary>
/// <param name="Elements">The elements.</param>
/// <param name="IsListOfLists">Whether it is brackets alone around further arrays, which may then be of unequal length.</param>
public sealed record ArrayExpression(NodeList<Expression> Elements, bool IsListOfLists = false) : Expression;

/// <summary>Is <c>ROW(a, b)</c> or <c>(a, b)</c>.</summary>
public sealed record RowExpression(NodeList<Expression> Elements) : Expression;

/// <summary>Is DuckDB's <c>{'a': 1, b: 2}</c>.</summary>
public sealed record StructExpression(NodeList<StructField> Fields) : Expression;

public sealed record StructField(string Name, Expression Value) : SyntaxNode;

/// <summary>Is DuckDB's <c>MAP {'a': 1}</c>.</summary>
public sealed record MapExpression(NodeList<MapEntry> Entries) : Expression;

public sealed record MapEntry(Expression Key, Expression Value) : SyntaxNode;

public sealed record SubscriptExpression(Expression Operand, Expression Index) : Expression;

/// <summary>Is <c>x[lower:upper]</c>; either bound may be absent.</summary>
public sealed record SliceExpression(Expression Operand, Expression? Lower, Expression? Upper) : Expression;

/// <summary>Is <c>(x).field</c>.</summary>
public sealed record FieldExpression(Expression Operand, Identifier Field) : Expression;

/// <summary>Is <c>(x).*</c>.</summary>
public sealed record FieldStar(Expression Operand) : Expression;

public sealed record CollateExpression(Expression Operand, QualifiedName Collation) : Expression;

/// <summary>Is <c>x AT TIME ZONE zone</c>, or <c>x AT LOCAL</c> when the zone is absent.</summary>
public sealed record AtTimeZoneExpression(Expression Operand, Expression? Zone) : Expression;

/// <summary>Is <c>CAST(x AS t)</c>, <c>x::t</c>, or <c>TRY_CAST(x AS t)</c> (null where the cast fails).</summary>
public sealed record CastExpression(Expression Operand, TypeName Type, bool Try = false) : Expression;

/// <summary>Is CASE: with an operand each WHEN is compared to it, without one each WHEN is a condition.</summary>
public sealed record CaseExpression(Expression? Operand, NodeList<CaseBranch> Branches, Expression? Else) : Expression;

public sealed record CaseBranch(Expression When, Expression Then) : SyntaxNode;

/// <summary>Is <c>EXTRACT(field FROM x)</c>; the field is in lower case.</summary>
public sealed record ExtractExpression(string Field, Expression Operand) : Expression;

/// <summary>Is <c>GROUPING(a, b)</c>.</summary>
public sealed record GroupingExpression(NodeList<Expression> Arguments) : Expression;
