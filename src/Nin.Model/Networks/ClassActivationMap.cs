using Nin.Layers;

namespace Nin;

/// <summary>
/// Where in an image a network sees a class. A network that ends with global average pooling of one channel per class has the answer in that
/// channel (Lin, Chen and Yan 2013, section 3.2; Zhou et al. 2016, "Learning Deep Features for Discriminative Localization"). For any other it is Grad-CAM (Selvaraju et al.
/// 2017): the channels of the last layer that has pixels, each weighted by how much the class's logit rises with it.
/// </summary>
/// <remarks>
/// It runs the network layer by layer, as inference does: dropout is off, and normalisation uses its running statistics. A channel's weight is a central
/// difference of the logit, so no layer needs a gradient that inference has not. It keeps the outputs of all layers meanwhile.
/// </remarks>
public sealed class ClassActivationMap
{
    // Changes of channels that go through the last layers at once.
    const int BatchOfChanges = 64;

    ClassActivationMap(float[] logits, int classIndex, string layer, Shape shape, float[] values)
    {
        (Logits, Class, Layer, Height, Width, Values) = (logits, classIndex, layer, shape.Height, shape.Width, values);
    }

    /// <summary>The network's answer for the image.</summary>
    public IReadOnlyList<float> Logits { get; }

    /// <summary>The class that the map is of.</summary>
    public int Class { get; }

    /// <summary>The layer whose output it is made of.</summary>
    public string Layer { get; }

    /// <summary>Rows of the map.</summary>
    public int Height { get; }

    /// <summary>Columns of the map.</summary>
    public int Width { get; }

    /// <summary>How much each place speaks for the class, row by row; below 0 it speaks against it. Only a map's own values can be compared.</summary>
    public IReadOnlyList<float> Values { get; }

    /// <summary>Looks for a class in an image.</summary>
    /// <param name="network">A generated network whose answer is one logit per class.</param>
    /// <param name="image">The network's input for one image, <c>[channels, height, width]</c>.</param>
    /// <param name="classIndex">The class; the one with the largest logit unless it is named.</param>
    /// <exception cref="ArgumentException">The image has another length, or the network has no layer with pixels that everything passes through.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The network has no such class.</exception>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public static ClassActivationMap Of(INetwork network, ReadOnlySpan<float> image, int? classIndex = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        var architecture = network.Architecture;
        if (image.Length != architecture.Input.Length)
            throw new ArgumentException($"The image has {image.Length} values; {architecture.Name} takes {architecture.Input}.", nameof(image));
        int classes = (int)architecture.Output.Length, last = LastWithPixels(architecture);
        if (classIndex is { } named) ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)named, (uint)classes, nameof(classIndex));

        float[] features = Run(network, image, batch: 1, from: -1, to: last);
        float[] logits = Run(network, features, batch: 1, from: last, to: architecture.Layers.Count - 1);
        int of = classIndex ?? Array.IndexOf(logits, logits.Max());
        var layer = architecture.Layers[last];
        float[] map = IsAverageOfClasses(architecture, last)
            ? features[(int)(of * layer.Output.Pixels)..(int)((of + 1) * layer.Output.Pixels)]
            : Weighted(features, layer.Output, Weights(network, features, last, of));
        return new ClassActivationMap(logits, of, layer.Name, layer.Output, map);
    }

    /// <summary>The last layer with pixels whose output is all that the layers after it read.</summary>
    static int LastWithPixels(Architecture architecture)
    {
        for (int i = architecture.Layers.Count - 1; i >= 0; i--)
        {
            if (architecture.Layers[i].Output.Pixels > 1 && architecture.Layers.Skip(i + 1).All(l => l.Inputs.All(input => input >= i))) return i;
        }

        throw new ArgumentException($"{architecture.Name} has no layer with pixels that everything passes through: there is no place to point to.");
    }

    static bool IsAverageOfClasses(Architecture architecture, int last) =>
        architecture.Layers.Skip(last + 1).Select(l => l.Kind).ToArray() is ["GlobalAvgPool2d"] or ["GlobalAvgPool2d", "Flatten"];

    /// <summary>How much the logit rises where a whole channel rises, for each channel.</summary>
    static float[] Weights(INetwork network, float[] features, int last, int classIndex)
    {
        var shape = network.Architecture.Layers[last].Output;
        int end = network.Architecture.Layers.Count - 1, classes = (int)network.Architecture.Output.Length, pixels = (int)shape.Pixels;
        float step = 0.01f * Math.Max(1e-3f, MathF.Sqrt(features.Sum(v => v * v) / features.Length));
        var weights = new float[shape.Channels];
        for (int first = 0; first < weights.Length; first += BatchOfChanges / 2)
        {
            int count = Math.Min(BatchOfChanges / 2, weights.Length - first);
            var changed = new float[2 * count * features.Length];
            for (int i = 0; i < 2 * count; i++)
            {
                var copy = changed.AsSpan(i * features.Length, features.Length);
                features.CopyTo(copy);
                foreach (ref float v in copy.Slice((first + i / 2) * pixels, pixels)) v += i % 2 == 0 ? step : -step;
            }

            float[] logits = Run(network, changed, 2 * count, last, end);
            for (int i = 0; i < count; i++)
                weights[first + i] = (logits[2 * i * classes + classIndex] - logits[(2 * i + 1) * classes + classIndex]) / (2 * step * pixels);
        }

        return weights;
    }

    static float[] Weighted(float[] features, Shape shape, float[] weights)
    {
        var map = new float[shape.Pixels];
        for (int c = 0; c < weights.Length; c++)
        {
            for (int i = 0; i < map.Length; i++) map[i] += weights[c] * features[c * map.Length + i];
        }

        return map;
    }

    /// <summary>Runs the layers after one, up to another, on a batch of its outputs; -1 is the network's input.</summary>
    static float[] Run(INetwork network, ReadOnlySpan<float> values, int batch, int from, int to)
    {
        var layers = network.Architecture.Layers;
        using var input = new TensorBuffer(network.Device, batch, from < 0 ? network.Architecture.Input : layers[from].Output);
        input.CopyFrom(values, Layout.Nchw);
        var outputs = new Dictionary<int, Tensor> { [from] = input.Tensor };
        var owners = new List<IDisposable>();
        try
        {
            for (int i = from + 1; i <= to; i++)
            {
                // The layers of generated networks are properties of their names.
                if (network.GetType().GetProperty(layers[i].Name)?.GetValue(network) is not ITapeLayer layer)
                    throw new ArgumentException($"{network.Architecture.Name} has no property {layers[i].Name} with the layer: only generated networks can be looked into.", nameof(network));
                var (value, owner) = layer.Infer([.. layers[i].Inputs.Select(input => outputs[input])]);
                owners.Add(owner);
                outputs[i] = value;
            }

            return outputs[to].ToArray(Layout.Nchw);
        }
        finally
        {
            foreach (var owner in owners) owner.Dispose();
        }
    }
}
