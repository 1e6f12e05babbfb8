using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;

namespace SqlCluster.Parser.Tests;

/// <summary>Checks the promise of the printer: text, tree, text, equal tree.</summary>
internal static class RoundTrip
{
    public static void Check(string sql)
    {
        foreach (Statement statement in SqlParser.ParseStatements(sql))
        {
            string printed = SqlPrinter.Print(statement);
            Statement again;
            try
            {
                again = SqlParser.ParseStatement(printed);
            }
            catch (ParseException e)
            {
                throw new InvalidOperationException($"printed text does not parse: {e.Message}; {e.Detail}\nread    {sql}\nprinted {printed}", e);
            }
            Assert.True(statement.Equals(again), $"read    {sql}\nprinted {printed}\nagain   {SqlPrinter.Print(again)}");
            Assert.Equal(statement.GetHashCode(), again.GetHashCode());
            Assert.Equal(printed, SqlPrinter.Print(again));
        }
    }
}
