namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>One change to a stage that has not started, made when the sizes of stages below it are known. Its name everywhere (EXPLAIN, settings, metrics) is its type's.</summary>
/// <remarks>
/// A rule is stateless and keeps the stage's rows and its output columns. It may take over the operators of a stage that has not started either: a stage that
/// nobody reads any more is left out by the <see cref="AdaptivePlanner"/>.
/// </remarks>
public abstract class AdaptiveRule
{
    public string Name => GetType().Name;

    /// <summary>The changed stage, or the same reference where there is nothing to do.</summary>
    public abstract Stage Apply(Stage stage, AdaptiveContext context);
}
