using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Google.Protobuf;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Bench.Suites.Flight;

/// <summary>DoGet of fixed-width columns over loopback, against a bare socket copy of as many bytes in chunks of 64 KiB, in turns; the server is another process.</summary>
internal static class DoGetThroughput
{
    /// <param name="megabytes">Size of a run.</param>
    /// <param name="runs">Timed runs of each.</param>
    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var megabytes = new Option<int>("--megabytes") { Description = "Size of a run", DefaultValueFactory = static _ => 1024 };
        var verb = new Command("doget", "Throughput of DoGet over loopback, against a bare socket copy") { megabytes, SharedArguments.Runs };
        verb.SetAction(result => RunAsync(result.GetValue(megabytes), result.GetValue(SharedArguments.Runs)));
        return verb;
    }

    public static async Task<int> RunAsync(int megabytes, int runs)
    {
        using var server = new CannedServer();
        using var own = new FlightClient(new FlightClientOptions(server.Address));
        using var framework = new FlightClient(new FlightClientOptions(server.Address) { UseBulkReader = false });
        long bytes = (long)megabytes << 20;
        (string Name, Func<Task<long>> Run)[] ways =
        [
            ("raw socket", () => CopyRawAsync(server.RawPort, bytes)),
            ("DoGet, own client", () => GetAsync(own, bytes)),
            ("DoGet, framework's HTTP client", () => GetAsync(framework, bytes)),
        ];
        var seconds = ways.Select(static _ => new List<double>()).ToArray();
        var processor = ways.Select(static _ => new List<double>()).ToArray();
        using Process client = Process.GetCurrentProcess();
        for (int run = -1; run < runs; run++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                TimeSpan before = Processor(client) + server.ProcessorTime;
                long start = Stopwatch.GetTimestamp();
                long received = await ways[way].Run().ConfigureAwait(false);
                double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (received != bytes)
                {
                    await Console.Error.WriteLineAsync($"{ways[way].Name}: {received} bytes came instead of {bytes}").ConfigureAwait(false);
                    return 1;
                }

                if (run >= 0)   // the first round warms up
                {
                    seconds[way].Add(elapsed);
                    processor[way].Add((Processor(client) + server.ProcessorTime - before).TotalSeconds);
                }
            }
        }

        Console.WriteLine($"{megabytes} MB over loopback, {runs} runs in turns, medians");
        for (int way = 0; way < ways.Length; way++)
        {
            double time = Median(seconds[way]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{ways[way].Name,-32} {megabytes / 1024.0 / time,6:0.00} GB/s   {Median(processor[way]),6:0.00} s of processor   {Median(seconds[0]) / time,5:0.00} of the raw socket"));
        }

        return 0;
    }

    private static async Task<long> GetAsync(FlightClient client, long bytes)
    {
        using var account = new MemoryAccount("bench");
        using FlightStream stream = await client.DoGetAsync(new Ticket { Ticket_ = ByteString.CopyFromUtf8(bytes.ToString(CultureInfo.InvariantCulture)) }, account).ConfigureAwait(false);
        long received = 0;
        await foreach (Batch batch in stream.ReadAllAsync().ConfigureAwait(false))
        {
            foreach (Vector column in batch.Columns)
            {
                received += ((FixedVector)column).ValueBytes.Length;
            }
        }

        return received;
    }

    private static async Task<long> CopyRawAsync(int port, long bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port).ConfigureAwait(false);
        await socket.SendAsync(BitConverter.GetBytes(bytes)).ConfigureAwait(false);
        byte[] chunk = new byte[64 * 1024];
        long received = 0;
        int count;
        while (received < bytes && (count = await socket.ReceiveAsync(chunk).ConfigureAwait(false)) > 0)
        {
            received += count;
        }

        return received;
    }

    private static TimeSpan Processor(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        int middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
