[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Client.Tests")]
