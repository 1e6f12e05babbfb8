[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Parser.Tests")]
