using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Table;

/// <summary>unnest of arrays and maps, and generate_subscripts.</summary>
internal static class Unnesting
{
    public static IEnumerable<TableFunction> Functions =>
    [
        TableFunction.Create(
            "unnest", [ParameterType.Any], 0, static types => types.Count > 1 ? RowOf(types) : types[0].Kind == TypeKind.Array ? types[0].InnermostElement : Entry(types[0]),
            static call => call.ArgumentTypes[0].Kind == TypeKind.Map ? new Entries(call)
                : call is { Count: 1, ResultType.Kind: TypeKind.Row } ? new Rows(new ArrayElements(call, 0))
                : new Elements([.. Enumerable.Range(0, call.Count).Select(i => new ArrayElements(call, i))]),
            "Elements of an array, of arrays in it, or of several arrays side by side; keys and values of a map.", isVariadic: true),
        TableFunction.Create(
            "generate_subscripts", [ParameterType.AnyArray, SqlType.Integer, SqlType.Boolean], 1, FunctionSignature.Returns(SqlType.Integer), static call => new Subscripts(call),
            "Subscripts of an array's dimension, the other way round if asked."),
    ];


    private static SqlType RowOf(IReadOnlyList<SqlType> types) => types.FirstOrDefault(static type => type.Kind != TypeKind.Array) is { } wrong
        ? throw NotUnnestable(wrong)
        : SqlType.Row([.. types.Select(static type => new RowField("unnest", type.InnermostElement))]);

    private static SqlType Entry(SqlType type) => type.Kind == TypeKind.Map ? LiteralVectors.EntryType(type) : throw NotUnnestable(type);

    private static Parser.Errors.QueryException NotUnnestable(SqlType type) => new("42883", Parser.Errors.ErrorKind.User, $"function unnest({type}) does not exist");

    /// <summary>Arrays side by side; shorter ones are padded with nulls.</summary>
    private sealed class Elements(ArrayElements[] arrays) : RowSource
    {
        public override void Open()
        {
            foreach (ArrayElements array in arrays)
            {
                array.Open();
            }
        }

        public override int Fill(ResultColumn[] columns, int start, int room)
        {
            int count = 0;
            for (int i = 0; i < arrays.Length; i++)
            {
                count = Math.Max(count, arrays[i].Fill(columns[i], start, room));
            }

            return count;
        }
    }

    /// <summary>An array of rows: a column for each field.</summary>
    private sealed class Rows(ArrayElements array) : RowSource
    {
        public override void Open() => array.Open();

        public override int Fill(ResultColumn[] columns, int start, int room) => array.FillFields(columns, start, room);
    }

    /// <summary>The innermost elements of one array argument: those of an array of arrays lie side by side too.</summary>
    private sealed class ArrayElements(TableCall call, int argument)
    {
        private readonly Stack<(VectorReader Values, int Next, int End)> _open = new();
        private Vector? _elements;
        private VectorReader _outermost;
        private VectorReader _values;
        private int _next;
        private int _end;

        public void Open()
        {
            _open.Clear();
            _next = _end = 0;
            if (!call.IsNull(argument))
            {
                ListVector list = call.List(argument, out _next, out int count);
                _end = _next + count;
                if (list.Child != _elements)
                {
                    _elements = list.Child;
                    _outermost = new VectorReader(_elements);
                }

                _values = _outermost;
            }
        }

        public int Fill(ResultColumn column, int start, int room)
        {
            if (_next < _end && _open.Count == 0 && _values.Flat is not ListVector)
            {
                int all = Math.Min(room, _end - _next);
                column.SetRange(in _values, _next, start, all);
                _next += all;
                return all;
            }

            int count = 0;
            while (count < room && MoveToElement())
            {
                column.MoveTo(start + count++);
                if (!_values.IsNull(_next))
                {
                    column.SetValue(in _values, _next);
                }

                _next++;
            }

            return count;
        }

        /// <summary>Elements that are rows, field by field; a null is a row of nulls.</summary>
        public int FillFields(ResultColumn[] columns, int start, int room)
        {
            int count = 0;
            while (count < room && MoveToElement())
            {
                bool isNull = _values.IsNull(_next);
                for (int i = 0; i < columns.Length; i++)
                {
                    columns[i].MoveTo(start + count);
                    if (!isNull && new VectorReader(((StructVector)_values.Flat).Children[i]) is var field && !field.IsNull(_values.Slot(_next)))
                    {
                        columns[i].SetValue(in field, _values.Slot(_next));
                    }
                }

                count++;
                _next++;
            }

            return count;
        }

        /// <summary>Goes down into arrays and up from their ends.</summary>
        private bool MoveToElement()
        {
            while (true)
            {
                if (_next == _end)
                {
                    if (!_open.TryPop(out (VectorReader Values, int Next, int End) outer))
                    {
                        return false;
                    }

                    (_values, _next, _end) = outer;
                }
                else if (_values.Flat is ListVector list && list is not { Type.Id: Arrow.Schema.ArrowTypeId.Map })
                {
                    int slot = _values.Slot(_next);
                    bool isNull = _values.IsNull(_next);
                    _open.Push((_values, _next + 1, _end));
                    _values = new VectorReader(list.Child);
                    _next = isNull ? 0 : list.Offsets[slot];
                    _end = isNull ? 0 : list.Offsets[slot + 1];
                }
                else
                {
                    return true;
                }
            }
        }
    }

    /// <summary>Keys and values.</summary>
    private sealed class Entries(TableCall call) : RowSource
    {
        private VectorReader _key;
        private VectorReader _value;
        private int _next;
        private int _end;

        public override void Open()
        {
            _next = _end = 0;
            if (!call.IsNull(0))
            {
                VectorReader entries = call.Elements(0, out _next, out int count);
                _end = _next + count;
                Vector[] fields = ((StructVector)entries.Flat).Children;
                (_key, _value) = (new VectorReader(fields[0]), new VectorReader(fields[1]));
            }
        }

        public override int Fill(ResultColumn[] columns, int start, int room)
        {
            int count = Math.Min(_end - _next, room);
            for (int i = 0; i < count; i++, _next++)
            {
                columns[0].MoveTo(start + i);
                columns[0].SetValue(in _key, _next);
                columns[1].MoveTo(start + i);
                if (!_value.IsNull(_next))
                {
                    columns[1].SetValue(in _value, _next);
                }
            }

            return count;
        }
    }

    private sealed class Subscripts(TableCall call) : RowSource
    {
        private int _next;
        private int _left;
        private int _step;

        public override void Open()
        {
            _left = 0;
            if (call.HasNull || call.Long(1) < 1)
            {
                return;
            }

            VectorReader elements = call.Elements(0, out int start, out int count);
            for (long dimension = call.Long(1); dimension > 1; dimension--)
            {
                if (count == 0 || elements.Flat is not ListVector list)
                {
                    return;
                }

                int slot = elements.Slot(start);
                start = list.Offsets[slot];
                count = list.Offsets[slot + 1] - start;
                elements = new VectorReader(list.Child);
            }

            bool isReversed = call.Count > 2 && call.Boolean(2);
            _left = count;
            _step = isReversed ? -1 : 1;
            int first = call.ArgumentTypes[0].Variant.IsVector() ? 0 : 1;
            _next = isReversed ? first + count - 1 : first;
        }

        public override int Fill(ResultColumn[] columns, int start, int room)
        {
            int count = Math.Min(_left, room);
            for (int i = 0; i < count; i++, _next += _step)
            {
                columns[0].MoveTo(start + i);
                columns[0].SetLong(_next);
            }

            _left -= count;
            return count;
        }
    }
}
