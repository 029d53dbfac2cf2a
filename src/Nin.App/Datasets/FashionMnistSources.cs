using Nin.Data;

namespace Nin.App.Datasets;

/// <summary>Fashion-MNIST as the tool finds it: where the library looks, and then the machine's own package manager.</summary>
static class FashionMnistSources
{
    const string DebianPackage = "dataset-fashion-mnist";

    /// <summary>Finds the files, or fetches them: see <see cref="DataSearch.LocateAsync"/>.</summary>
    /// <param name="folder">The folder that the user named, or null.</param>
    /// <param name="progress">Receives one line for each action.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidDataException">A folder named by the user is wrong, or no source had the files.</exception>
    public static Task<DataLocation> LocateAsync(string? folder, Action<string>? progress, CancellationToken cancellation)
    {
        var search = FashionMnist.Search(folder);
        search = search with { Sources = [.. search.Sources, new DebianMirror(DebianPackage, search.SystemFolder!)] };
        return search.LocateAsync(progress, cancellation);
    }
}
