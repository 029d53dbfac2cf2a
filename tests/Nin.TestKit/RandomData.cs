namespace Nin.TestKit;

/// <summary>
/// Seeded inputs. They are floats, and the oracle gets the same numbers through <see cref="Widen"/>, so that no error of the
/// inputs comes between the two.
/// </summary>
public static class RandomData
{
    /// <summary>Normal numbers of mean 0 and deviation 1 (Box and Muller).</summary>
    public static float[] Normal(int seed, int length)
    {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    /// <summary>Numbers spread evenly over <c>[low, high)</c>.</summary>
    public static float[] Uniform(int seed, int length, float low = -1, float high = 1)
    {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (float)(low + (high - low) * random.NextDouble());
        }

        return values;
    }

    /// <summary>Class labels in <c>[0, classes)</c>.</summary>
    public static int[] Labels(int seed, int length, int classes)
    {
        var random = new Random(seed);
        var labels = new int[length];
        for (int i = 0; i < length; i++)
        {
            labels[i] = random.Next(classes);
        }

        return labels;
    }

    /// <summary>The same numbers as doubles.</summary>
    public static double[] Widen(this float[] values) => Array.ConvertAll(values, v => (double)v);
}
