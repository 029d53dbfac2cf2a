using ScottPlot;

namespace Nin.Runner.Plots;

/// <summary>Epochs have no parts.</summary>
sealed class NoMinorTicks : IMinorTickGenerator
{
    public IEnumerable<double> GetMinorTicks(double[] majorTicks, CoordinateRange range) => [];
}
