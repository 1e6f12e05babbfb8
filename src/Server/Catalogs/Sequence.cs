using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.Catalogs;

/// <summary>What a sequence gives: CREATE SEQUENCE and identity columns.</summary>
public sealed record SequenceDefinition(SqlType Type, long Start, long Increment, long Minimum, long Maximum, long Cache, bool Cycles);

/// <summary>Gives one number after the other, to all sessions; what was given is gone, also when the transaction that took it is rolled back. Thread-safe.</summary>
public sealed class Sequence : ComputedTable
{
    private static readonly NodeList<TableColumn> StateColumns = [new("last_value", SqlType.BigInt, false), new("log_cnt", SqlType.BigInt, false), new("is_called", SqlType.Boolean, false)];

    private readonly Lock _lock = new();
    private long _last;
    private bool _isCalled;

    public Sequence(string name, SequenceDefinition definition)
    {
        Name = name;
        Definition = definition;
        _last = definition.Start;
    }

    public override string Name { get; }

    public SequenceDefinition Definition { get; }

    public override NodeList<TableColumn> Columns => StateColumns;

    public override TableStatistics Statistics => new(1, true, StateColumns.Map(static _ => new ColumnStatistics(null, null)));

    /// <summary>The last number given, or the one that comes first, and whether it was given.</summary>
    public (long Last, bool IsCalled) State
    {
        get
        {
            lock (_lock)
            {
                return (_last, _isCalled);
            }
        }
    }

    /// <summary>The next number.</summary>
    /// <exception cref="Parser.Errors.QueryException">2200H: there is none.</exception>
    public long Next()
    {
        lock (_lock)
        {
            if (_isCalled)
            {
                Int128 next = (Int128)_last + Definition.Increment;
                if (next > Definition.Maximum)
                {
                    next = Definition.Cycles ? Definition.Minimum : throw CatalogErrors.SequenceEnds(Name, "maximum", Definition.Maximum);
                }
                else if (next < Definition.Minimum)
                {
                    next = Definition.Cycles ? Definition.Maximum : throw CatalogErrors.SequenceEnds(Name, "minimum", Definition.Minimum);
                }

                _last = (long)next;
            }

            _isCalled = true;
            return _last;
        }
    }

    /// <summary>Sets the last number given, or the one that comes next.</summary>
    /// <exception cref="Parser.Errors.QueryException">22003: it is none of the sequence's.</exception>
    public void Set(long value, bool isCalled)
    {
        if (value < Definition.Minimum || value > Definition.Maximum)
        {
            throw CatalogErrors.OutsideOfSequence(value, Name, Definition.Minimum, Definition.Maximum);
        }

        lock (_lock)
        {
            (_last, _isCalled) = (value, isCalled);
        }
    }

    /// <summary>Begins again.</summary>
    public void Restart() => Set(Definition.Start, false);

    protected override ComputedRows OpenRows() => new StateRow(State.Last, State.IsCalled);

    private sealed class StateRow(long last, bool isCalled) : ComputedRows
    {
        public override int Count => 1;

        public override void Fill(int ordinal, int start, CellWriter cells, int count)
        {
            cells.MoveTo(0);
            if (ordinal == 2)
            {
                cells.Set(isCalled);
            }
            else
            {
                cells.Set(ordinal == 0 ? last : 0L);
            }
        }
    }
}
