using System.Globalization;
using System.Text;
using System.Text.Json;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;

namespace SqlCluster.Catalyst.Explain;

/// <summary>Writes EXPLAIN's answer: the values of its one column QUERY PLAN. Text is a row a line; JSON, XML and YAML are one row.</summary>
public static class ExplainWriter
{
    /// <summary>A physical plan.</summary>
    public static IReadOnlyList<string> Write(ExplainNode plan, ExplainOptions options, ExplainSummary? summary) => options.Format switch
    {
        ExplainFormat.Text => Text(plan, options, summary),
        ExplainFormat.Json => [Json(plan, options, summary)],
        ExplainFormat.Xml => [Xml(plan, options, summary)],
        ExplainFormat.Yaml => [Yaml(plan, options, summary)],
    };

    /// <summary>A logical plan as text; with costs, each line tells the expected rows.</summary>
    public static IReadOnlyList<string> Write(LogicalPlan plan, ExplainOptions options)
    {
        if (!options.Costs)
        {
            return Lines(plan.ToString());
        }

        var estimator = new PlanEstimator();
        estimator.Estimate(plan);
        var lines = new List<string>();
        void Append(LogicalPlan node, int depth)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{new string(' ', 2 * depth)}{LogicalPlanPrinter.Describe(node)}  (rows={Math.Round(estimator.Rows(node))})"));
            foreach (LogicalPlan child in node.Children)
            {
                Append(child, depth + 1);
            }
        }

        Append(plan, 0);
        return lines;
    }

    /// <summary>A text of several lines as rows.</summary>
    public static IReadOnlyList<string> Lines(string text) => text.TrimEnd('\n').Split('\n');

    private static List<string> Text(ExplainNode plan, ExplainOptions options, ExplainSummary? summary)
    {
        var lines = new List<string>();
        AppendText(lines, plan, 0, options);
        if (options.Summary && summary is not null)
        {
            if (summary.Planning is { } planning)
            {
                lines.Add($"Planning Time: {Milliseconds(planning)} ms");
            }

            if (summary.Execution is { } execution)
            {
                lines.Add($"Execution Time: {Milliseconds(execution)} ms");
            }

            if (summary.Memory is { } memory)
            {
                lines.Add($"Peak Memory: {Kilobytes(memory.PeakBytes)} kB");
                lines.Add($"Memory Elsewhere: {Kilobytes(memory.ElsewhereBytes)} kB");
                if (memory.LeftOutBytes > 0)
                {
                    lines.Add($"Memory Left Out: {Kilobytes(memory.LeftOutBytes)} kB");
                }

                lines.Add($"Results Waiting: {Kilobytes(memory.WaitingBytes)} kB");
            }
        }

        if (summary?.Adaptation is { } adaptation)
        {
            lines.AddRange(adaptation.Decisions.Select(static decision => $"Adaptive: {decision}"));
            lines.Add("Initial Plan:");
            AppendText(lines, adaptation.InitialPlan, 1, options with { Analyze = false });
        }

        return lines;
    }

    private static void AppendText(List<string> lines, ExplainNode plan, int startDepth, ExplainOptions options)
    {
        void Append(ExplainNode node, int depth)
        {
            string indent = new(' ', 2 * depth);
            string costs = options.Costs
                ? string.Create(CultureInfo.InvariantCulture, $"  (cost={node.StartupCost:F2}..{node.TotalCost:F2} rows={Math.Round(node.Rows):F0} width={Math.Round(node.Width):F0})")
                : "";
            lines.Add(indent + node.Line + costs + (options.Analyze ? Actual(node, options) : ""));
            if (options.Verbose && node.Plan is { } shown)
            {
                lines.Add($"{indent}  Output: {string.Join(", ", shown.Output.Select(static column => ExplainNode.Shown(column.Name)))}");
            }

            if (options.Analyze && node.Metrics is { Counters.Count: > 0 } metrics)
            {
                lines.Add($"{indent}  {string.Join(", ", metrics.Counters.OrderBy(static counter => counter.Key, StringComparer.Ordinal).Select(static counter => $"{counter.Key}: {Number(counter.Value)}"))}");
            }

            foreach (ExplainNode child in node.Children)
            {
                Append(child, depth + 1);
            }
        }

        Append(plan, startDepth);
    }

    private static string Actual(ExplainNode node, ExplainOptions options) => node.Metrics is not { } metrics
        ? node.Plan is Physical.WithExec || node.WithName != null ? "" : "  (never executed)"
        : options.Timing ? $"  (actual time=0.000..{Milliseconds(metrics.Time)} rows={Number(metrics.Rows)} loops=1)" : $"  (actual rows={Number(metrics.Rows)} loops=1)";

    private static string Json(ExplainNode plan, ExplainOptions options, ExplainSummary? summary)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            writer.WriteStartObject();
            writer.WritePropertyName("Plan");
            WriteJson(writer, plan, options);
            foreach ((string key, double value) in SummaryOf(options, summary))
            {
                writer.WriteNumber(key, value);
            }

            if (summary?.Adaptation is { } adaptation)
            {
                writer.WriteStartArray("Adaptive Decisions");
                foreach (string decision in adaptation.Decisions)
                {
                    writer.WriteStringValue(decision);
                }

                writer.WriteEndArray();
                writer.WritePropertyName("Initial Plan");
                WriteJson(writer, adaptation.InitialPlan, options with { Analyze = false });
            }

            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteJson(Utf8JsonWriter writer, ExplainNode node, ExplainOptions options)
    {
        writer.WriteStartObject();
        foreach ((string key, object value) in node.Properties(options))
        {
            writer.WritePropertyName(key);
            switch (value)
            {
                case string text: writer.WriteStringValue(text); break;
                case double number: writer.WriteNumberValue(number); break;
                case string[] items:
                    writer.WriteStartArray();
                    foreach (string item in items)
                    {
                        writer.WriteStringValue(item);
                    }

                    writer.WriteEndArray();
                    break;
            }
        }

        if (node.Children.Count > 0)
        {
            writer.WriteStartArray("Plans");
            foreach (ExplainNode child in node.Children)
            {
                WriteJson(writer, child, options);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static string Xml(ExplainNode plan, ExplainOptions options, ExplainSummary? summary)
    {
        var text = new StringBuilder();
        var settings = new System.Xml.XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" };
        using (var writer = System.Xml.XmlWriter.Create(text, settings))
        {
            const string Namespace = "http://www.postgresql.org/2009/explain";
            writer.WriteStartElement("explain", Namespace);
            writer.WriteStartElement("Query", Namespace);
            void Append(ExplainNode node, string element, ExplainOptions shown)
            {
                writer.WriteStartElement(element, Namespace);
                foreach ((string key, object value) in node.Properties(shown))
                {
                    writer.WriteStartElement(key.Replace(' ', '-'), Namespace);
                    if (value is string[] items)
                    {
                        foreach (string item in items)
                        {
                            writer.WriteElementString("Item", Namespace, item);
                        }
                    }
                    else
                    {
                        writer.WriteString(value is double number ? Number(number) : value.ToString());
                    }

                    writer.WriteEndElement();
                }

                if (node.Children.Count > 0)
                {
                    writer.WriteStartElement("Plans", Namespace);
                    foreach (ExplainNode child in node.Children)
                    {
                        Append(child, "Plan", shown);
                    }

                    writer.WriteEndElement();
                }

                writer.WriteEndElement();
            }

            Append(plan, "Plan", options);
            foreach ((string key, double value) in SummaryOf(options, summary))
            {
                writer.WriteElementString(key.Replace(' ', '-'), Namespace, Number(value));
            }

            if (summary?.Adaptation is { } adaptation)
            {
                writer.WriteStartElement("Adaptive-Decisions", Namespace);
                foreach (string decision in adaptation.Decisions)
                {
                    writer.WriteElementString("Item", Namespace, decision);
                }

                writer.WriteEndElement();
                Append(adaptation.InitialPlan, "Initial-Plan", options with { Analyze = false });
            }

            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        return text.ToString();
    }

    private static string Yaml(ExplainNode plan, ExplainOptions options, ExplainSummary? summary)
    {
        var text = new StringBuilder("- Plan:\n");
        void Append(ExplainNode node, int indent, string first, ExplainOptions shown)
        {
            string lead = first;
            foreach ((string key, object value) in node.Properties(shown))
            {
                text.Append(lead).Append(key).Append(':');
                lead = new string(' ', indent);
                switch (value)
                {
                    case string scalar: text.Append(' ').Append(Quoted(scalar)).Append('\n'); break;
                    case double number: text.Append(' ').Append(Number(number)).Append('\n'); break;
                    case string[] items:
                        text.Append('\n');
                        foreach (string item in items)
                        {
                            text.Append(' ', indent + 2).Append("- ").Append(Quoted(item)).Append('\n');
                        }

                        break;
                }
            }

            if (node.Children.Count > 0)
            {
                text.Append(lead).Append("Plans:\n");
                foreach (ExplainNode child in node.Children)
                {
                    Append(child, indent + 4, new string(' ', indent + 2) + "- ", shown);
                }
            }
        }

        Append(plan, 4, "    ", options);
        foreach ((string key, double value) in SummaryOf(options, summary))
        {
            text.Append("  ").Append(key).Append(": ").Append(Number(value)).Append('\n');
        }

        if (summary?.Adaptation is { } adaptation)
        {
            text.Append("  Adaptive Decisions:\n");
            foreach (string decision in adaptation.Decisions)
            {
                text.Append("    - ").Append(Quoted(decision)).Append('\n');
            }

            text.Append("  Initial Plan:\n");
            Append(adaptation.InitialPlan, 4, "    ", options with { Analyze = false });
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Writes a YAML string in double quotes; JSON's escapes are YAML's.</summary>
    private static string Quoted(string value) => $"\"{JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static IEnumerable<(string Key, double Value)> SummaryOf(ExplainOptions options, ExplainSummary? summary)
    {
        if (options.Summary && summary is not null)
        {
            if (summary.Planning is { } planning)
            {
                yield return ("Planning Time", Math.Round(planning.TotalMilliseconds, 3));
            }

            if (summary.Execution is { } execution)
            {
                yield return ("Execution Time", Math.Round(execution.TotalMilliseconds, 3));
            }

            if (summary.Memory is { } memory)
            {
                yield return ("Peak Memory Bytes", memory.PeakBytes);
                yield return ("Memory Elsewhere Bytes", memory.ElsewhereBytes);
                yield return ("Memory Left Out Bytes", memory.LeftOutBytes);
                yield return ("Results Waiting Bytes", memory.WaitingBytes);
            }
        }
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Kilobytes(long bytes) => Number((bytes + 1023) / 1024);

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture);
}
