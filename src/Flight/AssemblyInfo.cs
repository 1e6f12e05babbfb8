[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Flight.Tests")]
