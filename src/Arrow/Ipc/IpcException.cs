namespace SqlCluster.Arrow.Ipc;

/// <summary>Arrow IPC data that is damaged, or that uses what this reader does not know: the only exception that bad input raises.</summary>
public sealed class IpcException(string message, Exception? inner = null) : Exception(message, inner);
