namespace SqlCluster.Server.Sessions;

/// <summary>Is told of statements: the log and the metrics.</summary>
public interface IQueryListener
{
    /// <summary>A statement has ended. Called on its thread, so brief; must not throw.</summary>
    void OnFinished(FinishedQuery query);
}
