namespace Nin.Benchmarks;

/// <summary>Where the sources are: peers are built from them.</summary>
static class Repository
{
    /// <summary>The folder that holds <c>Nin.sln</c>.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    static string Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Nin.sln"))) return folder.FullName;
        }

        throw new ArgumentException($"There is no Nin.sln above {from}: run the benchmarks from a checkout of the repository.");
    }
}
