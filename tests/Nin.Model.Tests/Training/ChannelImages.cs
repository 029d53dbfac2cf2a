using Nin.Data;

namespace Nin.Model.Tests.Training;

/// <summary>Noise of ten channels, 4 x 4; the channel of the class is brighter.</summary>
static class ChannelImages
{
    public static ImageDataset Create(int count, int seed)
    {
        var random = new Random(seed);
        byte[] pixels = new byte[count * 160];
        random.NextBytes(pixels);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 10)];
        for (int i = 0; i < count; i++)
        {
            foreach (ref byte pixel in pixels.AsSpan(i * 160 + labels[i] * 16, 16)) pixel = (byte)Math.Min(255, pixel + 100);
        }

        return new ImageDataset(pixels, labels, channels: 10, height: 4, width: 4, [.. Enumerable.Range(0, 10).Select(k => $"channel {k}")]);
    }
}
