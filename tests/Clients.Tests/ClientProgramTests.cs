namespace SqlCluster.Clients.Tests;

public sealed class ClientProgramTests
{
    [Fact]
    public async Task OutputErrorsAndExitCodeComeBack()
    {
        (int exitCode, string output) = await ClientProgram.RunAsync("sh", ["-c", "cat; echo err >&2; echo $WORD; exit 3"], new Dictionary<string, string> { ["WORD"] = "two words" }, "in\n");
        Assert.Equal((3, "in\nerr\ntwo words\n"), (exitCode, output));
    }
}
