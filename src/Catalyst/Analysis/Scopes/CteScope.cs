using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Analysis.Scopes;

/// <summary>A common table expression that FROM can name.</summary>
internal sealed class CteBinding(CteId id, string name)
{
    public CteId Id => id;

    public string Name => name;

    /// <summary>Columns of the definition; null while it is being analyzed and may not be read.</summary>
    public NodeList<Column>? Columns { get; set; }

    /// <summary>It was a statement that returned nothing: there is nothing to read.</summary>
    public bool IsDone { get; init; }

    /// <summary>Why a reference is wrong while <see cref="Columns"/> is null.</summary>
    public string? ReasonNotReadable { get; set; }

    /// <summary>Where its name stands, when its form is the reason.</summary>
    public int WrongFormPosition { get; set; }

    /// <summary>Inside the recursive term: references read the working table.</summary>
    public bool IsWorkingTable { get; set; }

    /// <summary>While it is the working table: how many of the last columns are found by name but are no part of *: those of SEARCH and CYCLE.</summary>
    public int HiddenColumns { get; set; }

    public int References { get; set; }

    /// <summary>Where the last reference was written; 0 when unknown.</summary>
    public int ReferencePosition { get; set; }
}

/// <summary>Common table expressions in scope, innermost first. Immutable: a new one is put in front.</summary>
internal sealed class CteScope(CteBinding binding, CteScope? next)
{
    public static CteBinding? Find(CteScope? scope, string name)
    {
        for (; scope is not null; scope = scope.Next)
        {
            if (scope.Binding.Name == name)
            {
                return scope.Binding;
            }
        }

        return null;
    }

    public CteBinding Binding => binding;

    public CteScope? Next => next;
}
