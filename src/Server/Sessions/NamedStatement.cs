using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;

namespace SqlCluster.Server.Sessions;

/// <summary>A statement of PREPARE.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Statement">What EXECUTE runs.</param>
/// <param name="Types">Types of its parameters, as declared or inferred.</param>
/// <param name="Text">The text that prepared it.</param>
internal sealed record NamedStatement(string Name, Statement Statement, NodeList<SqlType> Types, string Text);
