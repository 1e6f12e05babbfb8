using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Building;

/// <summary>Folds query operands from the left; neighbours with the same operator share one node, so that long UNIONs stay flat.</summary>
internal sealed class SetOperationRun(QueryExpression first)
{
    private readonly List<QueryExpression> _operands = [first];
    private SetOperator _operator;
    private bool _all;
    private bool _byName;

    /// <summary>Is how deep the tree becomes above its operands.</summary>
    public int Levels { get; private set; }

    public void Add(SetOperator kind, bool all, bool byName, QueryExpression operand)
    {
        if (_operands.Count > 1 && (kind, all, byName) != (_operator, _all, _byName))
        {
            QueryExpression left = Finish();
            _operands.Clear();
            _operands.Add(left);
        }
        if (_operands.Count == 1)
            Levels++;
        (_operator, _all, _byName) = (kind, all, byName);
        _operands.Add(operand);
    }

    public QueryExpression Finish() => new SetOperation(_operator, _all, NodeList.From(_operands))
    {
        ByName = _byName,
        Span = TextSpan.Covering(_operands[0].Span, _operands[^1].Span),
    };
}
