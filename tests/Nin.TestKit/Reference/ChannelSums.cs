namespace Nin.TestKit;

/// <summary>The sum of a tensor <c>[n, c, plane]</c> over everything but its channels.</summary>
static class ChannelSums
{
    public static double[] Of(double[] x, int batch, int channels, int plane)
    {
        var sums = new double[channels];
        for (int i = 0; i < batch * channels * plane; i++)
        {
            sums[i / plane % channels] += x[i];
        }

        return sums;
    }
}
