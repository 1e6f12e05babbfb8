using System.Text.Json;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Fields of JSON objects, as the part of the text that they are: no document is made, and nothing is copied.</summary>
/// <remarks>A value of jsonb lies in its normal form, of which every part is in normal form too. Strings with escapes, large texts and what is not JSON go the general way.</remarks>
internal static class JsonFields
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = JsonForms.MostDepth };

    /// <summary>Sets the row to the field that the second argument names; of several the last.</summary>
    /// <param name="row">A JSON value and a name.</param>
    /// <param name="asText">Strings without quotes, null for null.</param>
    /// <returns>False when nothing was set and the general way has to tell.</returns>
    public static bool TrySet(Row row, bool asText)
    {
        ReadOnlySpan<byte> json = row.Bytes(0), name = row.Bytes(1);
        if (json.Length > Pulse.StretchBytes)
        {
            return false;
        }

        int start = 0, end = 0;
        JsonTokenType kind = JsonTokenType.None;
        bool isEscaped = false;
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isWanted = reader.ValueTextEquals(name);
                if (!reader.Read())
                {
                    return false;
                }

                if (isWanted)
                {
                    (start, kind, isEscaped) = ((int)reader.TokenStartIndex, reader.TokenType, reader.ValueIsEscaped);
                }

                reader.Skip();
                end = isWanted ? (int)reader.BytesConsumed : end;
            }
        }
        catch (JsonException)
        {
            return false;
        }

        bool isBare = asText && kind == JsonTokenType.String;
        if (isBare && isEscaped)
        {
            return false;
        }

        if (kind == JsonTokenType.None || (asText && kind == JsonTokenType.Null))
        {
            return true;
        }

        row.SetPart(0, isBare ? start + 1 : start, isBare ? end - start - 2 : end - start);
        return true;
    }
}
