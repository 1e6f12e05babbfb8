using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.FlightSql.Types;
using SqlCluster.Server.Sessions;
using Cast = SqlCluster.Catalyst.Expressions.Cast;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.FlightSql.Statements;

/// <summary>Turns rows of Arrow values into the values that a prepared statement runs with.</summary>
/// <remarks>
/// A query's parameters have types, which any value that a cast can bring there is converted to. Those of other statements are decided by where
/// they stand: they keep the type that they come with, and are assigned as an expression of that type is.
/// </remarks>
internal static class ParameterBinding
{
    /// <param name="batch">A column a parameter.</param>
    /// <param name="prepared">The statement.</param>
    /// <param name="rows">Takes the values.</param>
    /// <param name="limit">Most rows it may hold then.</param>
    /// <exception cref="Parser.Errors.QueryException">08P01: another number of columns; 54000: too many rows; or a value does not convert.</exception>
    public static void Read(Batch batch, FlightPrepared prepared, List<NodeList<Literal>> rows, int limit)
    {
        NodeList<SqlType> types = prepared.Query.ParameterTypes;
        if (batch.Columns.Length != types.Count)
        {
            throw FlightErrors.WrongParameterCount(batch.Columns.Length, types.Count);
        }

        if (rows.Count + batch.RowCount > limit)
        {
            throw FlightErrors.TooManyRows(limit);
        }

        var converter = new Converter(prepared.Owner.Session);
        bool isQuery = prepared.Statement is QueryStatement;
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection?.Rows[i] ?? i;
            rows.Add([.. batch.Columns.Select((column, index) =>
                isQuery || types[index].Kind != TypeKind.Text ? converter.To(ArrowValues.Read(column, row), isQuery ? types[index] : OfRow(column, row, types[index])) : Named(ArrowValues.Read(column, row)))]);
        }
    }

    /// <summary>What a value is converted to that stands in rows with others: a NULL has no digits, so that those of the others are kept.</summary>
    private static SqlType OfRow(Vector column, int row, SqlType type) => type.Kind == TypeKind.Numeric && column.IsNull(row) ? SqlType.Numeric(1, 0) : type;

    /// <summary>A NULL without a type is a text.</summary>
    private static Literal Named(Literal value) => value.ValueType.Kind == TypeKind.Unknown ? Literal.Null(SqlType.Text) : value;

    /// <summary>Converts by the session's casts.</summary>
    private sealed class Converter(Session session)
    {
        private Catalyst.Catalog.IConstantEvaluator? _evaluator;

        public Literal To(Literal value, SqlType type)
        {
            if (value.IsNull)
            {
                return Literal.Null(type);
            }

            if (value.ValueType == type || (value.ValueType.Kind == type.Kind && type.Kind is TypeKind.Numeric or TypeKind.Text) || (NumericArrays.AreUnconstrained(type) && NumericArrays.Includes(value.ValueType)))
            {
                return value;       // numerics keep the digits they have
            }

            if (value.ValueType.IsInteger && type.IsInteger && Fits((long)value.Value!, type))
            {
                return value with { ValueType = type };
            }

            if (type.Kind == TypeKind.Uuid && value.Value is NodeList<byte> { Count: 16 } bytes)
            {
                return new Literal(new Guid(bytes.AsSpan(), bigEndian: true), type);
            }

            if (value.ValueType.IsText && !type.IsText)
            {
                return session.Pipeline.EvaluateAs(new StringLiteral((string)value.Value!), type);
            }

            _evaluator ??= session.Settings.ForExecution(session.Engine.MemoryLimitBytes).CreateConstantEvaluator();
            Literal cast = _evaluator.Evaluate(new Cast(value, type.Kind == TypeKind.Numeric ? NumericTyping.ToNumeric(value.ValueType) : type));
            return type.Kind == TypeKind.Numeric ? cast : cast with { ValueType = type };
        }

        private static bool Fits(long value, SqlType type) => type.Kind switch
        {
            TypeKind.SmallInt => value is >= short.MinValue and <= short.MaxValue,
            TypeKind.Integer => value is >= int.MinValue and <= int.MaxValue,
            _ => true,
        };
    }
}
