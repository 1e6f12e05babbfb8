using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace SqlCluster.Client.Ado;

/// <summary>A value for a placeholder: @name or :name by name, ? and $1 by place.</summary>
public sealed class SqlClusterParameter : DbParameter
{
    private string _name = "";
    private DbType? _dbType;

    public SqlClusterParameter()
    {
    }

    public SqlClusterParameter(string name, object? value)
    {
        ParameterName = name;
        Value = value;
    }

    /// <summary>Decided by the value unless set.</summary>
    public override DbType DbType { get => _dbType ?? ParameterValues.DbTypeOf(Value); set => _dbType = value; }

    /// <exception cref="NotSupportedException">Set to something other than Input.</exception>
    public override ParameterDirection Direction
    {
        get => ParameterDirection.Input;
        set
        {
            if (value != ParameterDirection.Input)
            {
                throw new NotSupportedException("parameters go in only");
            }
        }
    }

    public override bool IsNullable { get; set; } = true;

    /// <summary>Without the sign in front.</summary>
    [AllowNull]
    public override string ParameterName { get => _name; set => _name = (value ?? "").TrimStart('@', ':', '$'); }

    public override byte Precision { get; set; }

    public override byte Scale { get; set; }

    public override int Size { get; set; }

    [AllowNull]
    public override string SourceColumn { get; set; } = "";

    public override bool SourceColumnNullMapping { get; set; }

    public override object? Value { get; set; }

    internal DbType? DeclaredType => _dbType;

    public override void ResetDbType() => _dbType = null;
}

/// <summary>The parameters of a command, in order.</summary>
public sealed class SqlClusterParameterCollection : DbParameterCollection
{
    private readonly List<SqlClusterParameter> _items = [];

    public override int Count => _items.Count;

    public override object SyncRoot => ((ICollection)_items).SyncRoot;

    public new SqlClusterParameter this[int index] { get => _items[index]; set => _items[index] = value; }

    public SqlClusterParameter AddWithValue(string name, object? value)
    {
        var parameter = new SqlClusterParameter(name, value);
        _items.Add(parameter);
        return parameter;
    }

    public override int Add(object value)
    {
        _items.Add(Checked(value));
        return _items.Count - 1;
    }

    public override void AddRange(Array values)
    {
        foreach (object value in values)
        {
            Add(value);
        }
    }

    public override void Clear() => _items.Clear();

    public override bool Contains(object value) => value is SqlClusterParameter parameter && _items.Contains(parameter);

    public override bool Contains(string value) => IndexOf(value) >= 0;

    public override void CopyTo(Array array, int index) => ((ICollection)_items).CopyTo(array, index);

    public override IEnumerator GetEnumerator() => _items.GetEnumerator();

    public override int IndexOf(object value) => value is SqlClusterParameter parameter ? _items.IndexOf(parameter) : -1;

    /// <summary>Names are compared without case and without the sign in front.</summary>
    public override int IndexOf(string parameterName)
    {
        string name = parameterName.TrimStart('@', ':', '$');
        return _items.FindIndex(item => item.ParameterName.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    public override void Insert(int index, object value) => _items.Insert(index, Checked(value));

    public override void Remove(object value) => _items.Remove(Checked(value));

    public override void RemoveAt(int index) => _items.RemoveAt(index);

    public override void RemoveAt(string parameterName) => _items.RemoveAt(Known(parameterName));

    protected override DbParameter GetParameter(int index) => _items[index];

    protected override DbParameter GetParameter(string parameterName) => _items[Known(parameterName)];

    protected override void SetParameter(int index, DbParameter value) => _items[index] = Checked(value);

    protected override void SetParameter(string parameterName, DbParameter value) => _items[Known(parameterName)] = Checked(value);

    private int Known(string name) => IndexOf(name) is var index and >= 0 ? index : throw new ArgumentException($"there is no parameter \"{name}\"", nameof(name));

    private static SqlClusterParameter Checked(object value) => value as SqlClusterParameter ?? throw new InvalidCastException($"not a {nameof(SqlClusterParameter)}: {value?.GetType()}");
}
