using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Analysis;

/// <summary>Where an output column comes from, when it is a plain table column.</summary>
public sealed record ColumnOrigin(ITable Table, int TableOrdinal);

/// <summary>A query whose every name and type is resolved.</summary>
/// <param name="Plan">The plan; its output columns are the result's, in order.</param>
/// <param name="ColumnNames">Names of the result's columns.</param>
/// <param name="ColumnTypes">Types of the result's columns.</param>
/// <param name="Origins">Table columns that the result's columns pass on unchanged; null for computed ones.</param>
/// <param name="ParameterTypes">Types of $1, $2, ...: as declared, or inferred; text where nothing decides.</param>
/// <param name="Ids">Gives further columns of the query their ids.</param>
public sealed record AnalyzedQuery(
    LogicalPlan Plan, NodeList<string> ColumnNames, NodeList<SqlType> ColumnTypes, NodeList<ColumnOrigin?> Origins, NodeList<SqlType> ParameterTypes, ColumnIdSource Ids);
