[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Generators.Tests")]
