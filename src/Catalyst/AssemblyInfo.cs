[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Catalyst.Tests")]
