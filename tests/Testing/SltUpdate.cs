using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Testing;

/// <summary>Writes the answers that come back into an .slt file. A person reads the difference.</summary>
public static class SltUpdate
{
    public static async Task UpdateAsync(SltFile file, IReadOnlyDictionary<string, string> settings)
    {
        using var engine = new Engine();
        using Session session = engine.OpenSession();
        foreach ((string name, string value) in settings)
        {
            session.Settings.Set(name, value);
        }

        string[] lines = File.ReadAllLines(file.Path);
        var output = new List<string>();
        int copied = 0;
        using var places = new SltPlaces();
        foreach (SltRecord written in file.Records)
        {
            SltRecord record = places.Fill(written);
            if (record is not SltQuery query)
            {
                try
                {
                    await ResultReader.ReadAsync(session, record.Sql, CancellationToken.None);
                }
                catch (Parser.Errors.QueryException) when (record is SltStatement { ExpectsError: true })
                {
                    // The error is what the record is about.
                }

                continue;
            }

            string[] answer = await SltRunner.AnswerAsync(session, file, query, CancellationToken.None);
            int first = query.ExpectedLine - 1;
            output.AddRange(lines[copied..Math.Min(first, lines.Length)]);
            if (first > 0 && (first > lines.Length || lines[first - 1] != "----"))
            {
                output.Add("----");
            }

            output.AddRange(answer);
            copied = Math.Min(first + query.Expected.Length, lines.Length);
        }

        output.AddRange(lines[copied..]);
        await File.WriteAllLinesAsync(file.Path, output);
    }
}
