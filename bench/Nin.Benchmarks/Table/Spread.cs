namespace Nin.Benchmarks.Table;

/// <summary>A few values of one thing: the middle one is what is reported, the others say how steady it is.</summary>
readonly record struct Spread(double Low, double Median, double High)
{
    /// <summary>Of at least one value.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(sorted[0], (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[^1]);
    }
}
