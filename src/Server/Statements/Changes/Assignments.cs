using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>SET of UPDATE, MERGE and ON CONFLICT: which columns get which values.</summary>
internal sealed class Assignments
{
    private readonly WrittenTable _target;
    private readonly Expression?[] _values;
    private readonly FieldOf?[] _parts;
    private readonly bool[] _areParts;
    private readonly List<(int Ordinal, AssignmentTarget Target, Expression Value)> _assigned = [];
    private Assignments(WrittenTable target)
    {
        _target = target;
        _values = new Expression?[target.Columns.Count];
        _parts = new FieldOf?[target.Columns.Count];
        _areParts = new bool[target.Columns.Count];
    }

    /// <summary>Reads the list.</summary>
    /// <exception cref="Parser.Errors.QueryException">42703, 42601, 428C9.</exception>
    public static Assignments Of(NodeList<Assignment> list, WrittenTable target, Session session)
    {
        var assignments = new Assignments(target);
        foreach (Assignment assignment in list)
        {
            assignments.Add(assignment, session);
        }

        return assignments;
    }

    /// <summary>Whether a column is assigned.</summary>
    public bool Includes(int ordinal) => _values[ordinal] != null || _parts[ordinal] != null;

    /// <summary>The value of a column, or null when it is not assigned.</summary>
    public Expression? ValueOf(int ordinal) => _values[ordinal];

    /// <summary>The select list for all columns: assigned values, or what <paramref name="current"/> says. Values of rows come whole.</summary>
    public IEnumerable<SelectItem> Items(Func<int, Expression> current) => Enumerable.Range(0, _values.Length).Select(i => new SelectItem(_parts[i]?.Row ?? _values[i] ?? current(i)));

    /// <summary>What is stored in a column, of the value that <see cref="Items"/> gave it.</summary>
    public Expression Stored(int ordinal, Expression value) =>
        !Includes(ordinal) ? value
        : _values[ordinal] is NullLiteral ? _target.Store(new NullLiteral(), ordinal)
        : _target.Store(_parts[ordinal] is { } part ? new FieldExpression(value, part.Field) : value, ordinal);

    /// <summary>Checks that the values of parts can be stored in them.</summary>
    /// <param name="from">What the values may name.</param>
    /// <param name="with">WITH of the statement.</param>
    /// <param name="session">Whose statement.</param>
    /// <exception cref="Parser.Errors.QueryException">42804.</exception>
    public void RequirePartsAssignable(NodeList<TableReference> from, WithClause? with, Session session)
    {
        foreach ((int ordinal, AssignmentTarget target, Expression value) in _assigned)
        {
            if (value is not (StringLiteral or NullLiteral))
            {
                var given = new Select([new SelectItem(value)]) { From = from, Place = SelectItemsPlace.Update };
                PartialValue.RequireAssignable(_target.Columns[ordinal], target, session.Pipeline.Check(new Query(given) { With = with })[0].Type, session);
            }
        }
    }

    /// <summary>Checks that the values can be stored in their columns.</summary>
    /// <param name="types">What <see cref="Items"/> gives.</param>
    /// <param name="session">Whose statement.</param>
    /// <exception cref="Parser.Errors.QueryException">42804.</exception>
    public void RequireAssignable(IReadOnlyList<ResultColumn> types, Session session)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            if (_values[i] is { } value and not (StringLiteral or NullLiteral or CastExpression { Operand: StringLiteral }))
            {
                _target.RequireAssignable(types[i].Type, i, session.Pipeline.Position(value));
            }
        }
    }

    private void Add(Assignment assignment, Session session)
    {
        if (!assignment.Multiple)
        {
            Add(assignment.Targets[0], assignment.Value, session);
            return;
        }

        switch (assignment.Value)
        {
            case RowExpression row when row.Elements.Count == assignment.Targets.Count:
                for (int i = 0; i < row.Elements.Count; i++)
                {
                    Add(assignment.Targets[i], row.Elements[i], session);
                }

                break;
            case ScalarSubquery { Query: var query }:
                AddSubquery(assignment, query, session);
                break;
            case var value when assignment.Targets.Count == 1 && value is not RowExpression:
                Add(assignment.Targets[0], value, session);
                break;
            case var value:
                throw StatementErrors.WrongValueCount(session.Pipeline.Position(value));
        }
    }

    private void Add(AssignmentTarget assigned, Expression value, Session session)
    {
        int ordinal = Claim(assigned, session);
        _areParts[ordinal] = !assigned.Accessors.IsEmpty;
        string name = _target.Columns[ordinal].Name;
        if (value is not DefaultValue && _target.DefaultOf(ordinal) is { Kind: 's' or 'a' } generated)
        {
            throw StatementErrors.UpdateNotDefault(
                name, generated.Kind == 's' ? $"Column \"{name}\" is a generated column." : $"Column \"{name}\" is an identity column defined as GENERATED ALWAYS.");
        }

        if (!assigned.Accessors.IsEmpty)
        {
            AddPart(ordinal, assigned, value, session);
            return;
        }

        _values[ordinal] = value switch
        {
            DefaultValue => _target.Default(ordinal),
            StringLiteral when !_target.Columns[ordinal].Type.IsText => new CastExpression(value, ParameterInference.TypeNameOf(_target.Columns[ordinal].Type)) { Span = value.Span },
            _ => value,
        };
    }

    /// <summary>a[2] = …: the whole array, from what it is or what earlier assignments to its parts have made of it.</summary>
    private void AddPart(int ordinal, AssignmentTarget assigned, Expression value, Session session)
    {
        string name = _target.Columns[ordinal].Name;
        Expression current = _values[ordinal] ?? new ColumnReference(new QualifiedName([_target.Name, new Identifier(name, true)]));
        if (value is DefaultValue)
        {
            throw StatementErrors.DefaultOfPart(session.Pipeline.Position(assigned));
        }

        _values[ordinal] = PartialValue.Of(_target.Columns[ordinal], current, assigned, value, session);
        _assigned.Add((ordinal, assigned, value));
    }

    /// <summary>(a, b) = (SELECT …): the subquery's row is computed once, its fields are stored.</summary>
    private void AddSubquery(Assignment assignment, Query query, Session session)
    {
        Identifier[] fields = [.. assignment.Targets.Select(static (_, index) => new Identifier($"f{index + 1}"))];
        var from = new SubqueryTable(query) { Alias = new TableAlias(new Identifier("\u0001values", true), [.. fields]) };
        var row = new ScalarSubquery(new Query(new Select([new SelectItem(new RowExpression([.. fields.Select(static field => (Expression)new ColumnReference(new QualifiedName([field])))]))]) { From = [from] }));
        for (int i = 0; i < assignment.Targets.Count; i++)
        {
            _parts[Claim(assignment.Targets[i], session)] = new FieldOf(row, fields[i]);
        }
    }

    private int Claim(AssignmentTarget assigned, Session session)
    {
        int ordinal = _target.Ordinal(assigned.Column, session);
        return Includes(ordinal) && !(_areParts[ordinal] && !assigned.Accessors.IsEmpty) ? throw StatementErrors.AssignedTwice(assigned.Column.Value) : ordinal;
    }

    private sealed record FieldOf(Expression Row, Identifier Field);
}
