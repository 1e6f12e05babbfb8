[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Client.Tests")]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("sqlcli")]
