[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Arrow.Tests")]
