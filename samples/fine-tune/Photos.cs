using Nin.Data;
using Nin.Images;

namespace Nin.Samples;

/// <summary>The folder of pictures, as the pretrained network expects them.</summary>
public static class Photos
{
    /// <summary>Rows and columns of a picture.</summary>
    public const int Size = 224;

    // The network was trained on levels of 0 to 255, blue first, less the mean image of ImageNet. These are the means of that image's planes, red first: the
    // image itself differs from them by 13 levels at most.
    static readonly float[] MeanLevels = [123.15f, 115.90f, 103.06f];

    /// <summary>Levels less their mean, from levels of 0 to 1.</summary>
    public static Normalization Normalization { get; } = new([.. MeanLevels.Select(m => m / 255)], [1 / 255f, 1 / 255f, 1 / 255f]);

    /// <summary>The pictures of a folder of classes, whole, on white.</summary>
    public static ImageFolder Load(string folder) =>
        ImageFolder.Load(folder, Size, new ImageFolderOptions { Resize = ResizeRule.Pad, Normalization = Normalization });

    /// <summary>
    /// The body's weights, and everything of them that the network has. The first convolution was trained with blue first: its input channels change places, so
    /// that it takes pictures as all others do.
    /// </summary>
    public static LoadReport LoadBody(INetwork network, string weights)
    {
        var report = Checkpoint.Load(network, weights, new LoadOptions { Strict = false });
        var first = network.Parameters["Conv1.weight"];
        float[] values = first.ToArray();
        int taps = first.Spec.Dims[2] * first.Spec.Dims[3];
        for (int filter = 0; filter < first.Spec.Dims[0]; filter++)
        {
            int blue = filter * 3 * taps, red = blue + (2 * taps);
            for (int tap = 0; tap < taps; tap++) (values[blue + tap], values[red + tap]) = (values[red + tap], values[blue + tap]);
        }

        first.CopyFrom(values);
        return report;
    }
}
