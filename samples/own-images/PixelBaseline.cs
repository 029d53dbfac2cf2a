using System.Globalization;
using System.Numerics.Tensors;
using Nin.Data;
using Nin.Images;

namespace Nin.Samples;

/// <summary>Nearest neighbour on pixels: each test picture gets the class of the training picture that differs least, summed over squares.</summary>
static class PixelBaseline
{
    const int Size = 64;

    /// <summary>Prints the share of the test pictures that it gets right.</summary>
    public static int Run(string trainingFolder, string testFolder)
    {
        var training = ImageFolder.Load(trainingFolder, Size).Images;
        var test = ImageFolder.Load(testFolder, Size).Images;
        float[][] known = [.. Enumerable.Range(0, training.Count).Select(i => Floats(training, i))];
        int right = 0;
        Parallel.For(0, test.Count, i =>
        {
            float[] picture = Floats(test, i);
            int nearest = 0;
            float least = float.PositiveInfinity;
            for (int k = 0; k < known.Length; k++)
            {
                float distance = TensorPrimitives.Distance(picture, known[k]);
                if (distance < least) (nearest, least) = (k, distance);
            }

            if (training.Labels[nearest] == test.Labels[i]) Interlocked.Increment(ref right);
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"nearest neighbour on pixels: {100.0 * right / test.Count:F1} % of {test.Count:N0} pictures"));
        return 0;
    }

    static float[] Floats(ImageDataset images, int index)
    {
        var bytes = images.Image(index);
        float[] floats = new float[bytes.Length];
        for (int i = 0; i < floats.Length; i++) floats[i] = bytes[i] / 255f;
        return floats;
    }
}
