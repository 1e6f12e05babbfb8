using System.Collections.Concurrent;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Execution.Cluster.Executor;

/// <summary>Connections to the executors that shares read from, one client a process. Thread-safe.</summary>
internal sealed class PeerClients(ClusterSecret secret) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<FlightClient>> _clients = new(StringComparer.Ordinal);

    public FlightClient To(ExecutorAddress address) => _clients.GetOrAdd(address.Instance, _ => new Lazy<FlightClient>(() => Connect(address, secret))).Value;

    /// <summary>A client of an executor's rows, which come over connections of their own into the reader's memory.</summary>
    public static FlightClient Connect(ExecutorAddress address, ClusterSecret secret) => new(new FlightClientOptions(ChannelTo(address.Host, address.Port)) { Token = secret.TokenFor(address.Instance) });

    public static GrpcChannelOptions ChannelTo(string host, int port) => new(new UriBuilder("http", host, port).Uri)
    {
        MaxReceiveBytes = 1 << 30,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        ConnectAttempts = 2,
    };

    public void Dispose()
    {
        foreach (Lazy<FlightClient> client in _clients.Values)
        {
            if (client.IsValueCreated)
            {
                client.Value.Dispose();
            }
        }
    }
}
