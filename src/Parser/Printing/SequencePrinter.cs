using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes options of sequences.</summary>
internal static class SequencePrinter
{
    public static void WriteAll(SqlWriter writer, NodeList<SequenceOption> options)
    {
        for (int i = 0; i < options.Count; i++)
            Write(writer.AddIf(i > 0, " "), options[i]);
    }

    public static void Write(SqlWriter writer, SequenceOption option)
    {
        writer.Add(option.Name.ToUpperInvariant());
        if (option.Type is { } type)
            TypePrinter.Write(writer.Add(" "), type);
        else if (option.Name == "owned by")
            writer.Add(" ").With(option.Owner, static (target, name) => target.Name(name)).AddIf(option.Owner is null, "NONE");
        else if (option.Number is { } number)
            writer.Add(" ").Number(number);
    }
}
