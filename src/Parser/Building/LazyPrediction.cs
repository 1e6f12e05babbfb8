using Antlr4.Runtime.Atn;
using Antlr4.Runtime.Dfa;

// A part of the generated class, so it shares the generated namespace.
namespace SqlCluster.Parser.Generated;

/// <remarks>
/// Building the prediction network costs more than reading a query, and most queries are read without it: the few decisions that need more than one
/// token, errors and the keyword list build it when they come.
/// </remarks>
internal partial class SqlParser
{
    private PredictionMode _predictionMode;

    internal static ATN Network => Prediction.Network;

    private ParserATNSimulator Simulator => Interpreter ??=
        new ParserATNSimulator(this, Prediction.Network, Prediction.Decisions, sharedContextCache) { PredictionMode = _predictionMode };

    /// <summary>Chooses how decisions are predicted. Full LL is for texts with errors, whose reports need the network at once.</summary>
    protected void PredictBy(PredictionMode mode)
    {
        _predictionMode = mode;
        if (mode == PredictionMode.LL)
            _ = Simulator;
    }

    private static class Prediction
    {
        public static readonly ATN Network = new ATNDeserializer().Deserialize(_serializedATN);

        public static readonly DFA[] Decisions = [.. Enumerable.Range(0, Network.NumberOfDecisions).Select(i => new DFA(Network.GetDecisionState(i), i))];
    }
}
