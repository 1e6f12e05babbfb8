namespace SqlCluster.Server.PgWire.Messages;

/// <summary>Formats of a list of values: none given means text, one means all.</summary>
internal sealed record ResultFormats(int[] Codes)
{
    public static readonly ResultFormats Text = new([]);

    public static readonly ResultFormats Binary = new([1]);

    public bool IsBinary(int index) => Codes.Length != 0 && Codes[Codes.Length == 1 ? 0 : index] == 1;

    /// <exception cref="Parser.Errors.QueryException">08P01: neither none, one nor as many as there are values.</exception>
    public void Check(int count, string of)
    {
        if (Codes.Length > 1 && Codes.Length != count)
        {
            throw PgErrors.WrongFormatCount(Codes.Length, of, count);
        }
    }

    public static ResultFormats Read(ref PgReader reader)
    {
        int count = reader.Count();
        if (count == 0)
        {
            return Text;
        }

        if (count == 1 && reader.Int16() is var only)
        {
            return only switch
            {
                0 => Text,
                1 => Binary,
                _ => throw PgErrors.UnknownFormat(only),
            };
        }

        var codes = new int[count];
        for (int i = 0; i < codes.Length; i++)
        {
            int code = reader.Int16();
            codes[i] = code is 0 or 1 ? code : throw PgErrors.UnknownFormat(code);
        }

        return new ResultFormats(codes);
    }
}

/// <summary>Parse: a statement to prepare.</summary>
internal sealed record ParseMessage(string Name, string Sql, int[] ParameterOids)
{
    public static ParseMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new PgReader(body);
        string name = reader.CString();
        string sql = reader.CString();
        var oids = new int[reader.Count()];
        for (int i = 0; i < oids.Length; i++)
        {
            oids[i] = reader.Int32();
        }

        reader.End();
        return new ParseMessage(name, sql, oids);
    }
}

/// <summary>Bind: parameter values that make a portal of a statement.</summary>
internal sealed record BindMessage(string Portal, string Statement, ResultFormats ParameterFormats, byte[]?[] Values, ResultFormats ResultFormats)
{
    public static BindMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new PgReader(body);
        string portal = reader.CString();
        string statement = reader.CString();
        ResultFormats parameterFormats = ResultFormats.Read(ref reader);
        var values = new byte[]?[reader.Count()];
        for (int i = 0; i < values.Length; i++)
        {
            int length = reader.Int32();
            values[i] = length == -1 ? null : reader.Take(length).ToArray();
        }

        ResultFormats resultFormats = ResultFormats.Read(ref reader);
        reader.End();
        return new BindMessage(portal, statement, parameterFormats, values, resultFormats);
    }
}

/// <summary>Describe and Close: a statement ('S') or a portal ('P').</summary>
internal sealed record NamedMessage(bool IsStatement, string Name)
{
    public static NamedMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new PgReader(body);
        char kind = (char)reader.Byte();
        if (kind is not ('S' or 'P'))
        {
            throw PgErrors.Protocol($"invalid message subtype {(int)kind}");
        }

        var message = new NamedMessage(kind == 'S', reader.CString());
        reader.End();
        return message;
    }
}

/// <summary>Execute: rows of a portal, at most so many; 0: all.</summary>
internal sealed record ExecuteMessage(string Portal, int MaxRows)
{
    public static ExecuteMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new PgReader(body);
        var message = new ExecuteMessage(reader.CString(), reader.Int32());
        reader.End();
        return message;
    }
}

/// <summary>Query: a text of any number of statements.</summary>
internal static class QueryMessage
{
    public static string Read(ReadOnlySpan<byte> body)
    {
        var reader = new PgReader(body);
        string sql = reader.CString();
        reader.End();
        return sql;
    }
}
