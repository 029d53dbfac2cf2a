using Nin.Data;
using Nin.App.Datasets;

namespace Nin.Model.Tests.Data;

/// <summary>The real data set, found or fetched once a test run as the tool does; or why it cannot be had.</summary>
static class RealFashionMnist
{
    static readonly Lazy<(DataLocation? Location, string? Problem)> Found = new(Locate);

    public static DataLocation Location => Found.Value.Location ?? throw new InvalidOperationException(Problem);

    public static string? Problem => Found.Value.Problem;

    static (DataLocation?, string?) Locate()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            return (Task.Run(() => FashionMnistSources.LocateAsync(folder: null, progress: null, limit.Token)).GetAwaiter().GetResult(), null);
        }
        catch (Exception e) when (e is InvalidDataException or OperationCanceledException)
        {
            return (null, $"Fashion-MNIST was neither found nor fetched: {e.Message}");
        }
    }
}
