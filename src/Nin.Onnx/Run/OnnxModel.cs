namespace Nin.Onnx;

/// <summary>
/// An ONNX file that runs as it is, without a class to compile: for inference alone. It runs the steps that the class of its
/// <see cref="OnnxImport"/> would run, fused alike, and gives the same bits.
/// </summary>
/// <remarks>
/// Any thread may call <c>Run</c> at any time; each call has a session of its own, of which as many are kept as calls came at the same time. Disposal does not wait:
/// dispose it after the last call.
/// </remarks>
public sealed class OnnxModel : IDisposable
{
    readonly StepNetwork network;
    readonly Device? ownedDevice;

    OnnxModel(StepNetwork network, ImportedNetwork imported, Device? ownedDevice)
    {
        (this.network, this.ownedDevice) = (network, ownedDevice);
        (Notes, Metadata, Ending) = (imported.Notes, imported.Metadata, imported.Ending);
    }

    /// <summary>Where it runs.</summary>
    public Device Device => network.Device;

    /// <summary>Shape of one image that goes in.</summary>
    public Shape Input => network.Input;

    /// <summary>Shape of one example that comes out.</summary>
    public Shape Output => network.Output;

    /// <summary>What the file ends in after the logits; <c>Run</c> computes it, sessions do not.</summary>
    public NetworkEnding Ending { get; }

    /// <summary>What <see cref="OnnxImport"/> notes of the file.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Strings of the file that begin with <c>nin.</c>, such as its preprocessing.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Its steps up to the logits, whatever <see cref="Ending"/> is: what a <c>Classifier</c> serves. It is disposed with the model.</summary>
    public StepNetwork Network => network;

    /// <summary>Its weights.</summary>
    public ParameterSet Parameters => network.Parameters;

    /// <summary>Loads a file.</summary>
    /// <param name="path">An ONNX file of one input, an image, and one output; weights outside it are read from files beside it.</param>
    /// <param name="device">Where it runs; it stays the caller's. Null for the best available, which the model disposes.</param>
    /// <param name="input">Shape of one image, where the file leaves height and width open; null for the file's own.</param>
    /// <exception cref="NotSupportedException">Some nodes have no counterpart here. The message lists each with its operator and why.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or its shapes contradict each other; the message is one line.</exception>
    /// <exception cref="ArgumentException"><paramref name="input"/> contradicts the file.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public static OnnxModel Load(string path, Device? device = null, Shape? input = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var imported = OnnxImport.Read(path, className: null, input);
        var owned = device is null ? device = Device.Best() : null;
        try
        {
            return new OnnxModel(imported.ToSteps(device), imported, owned);
        }
        catch
        {
            owned?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Computes what the file computes, on any thread and in one batch. It allocates nothing once as many calls have come at once, and of such batches, as come
    /// later.
    /// </summary>
    /// <param name="images">Images one after the other, in <paramref name="layout"/>.</param>
    /// <param name="layout">The order of images and answers; ONNX's own is <see cref="Layout.Nchw"/>.</param>
    /// <param name="answers">Overwritten: as many examples of <see cref="Output"/>.</param>
    /// <exception cref="ArgumentException">A length is not that of a number of examples, or they differ in their number.</exception>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory for the batch.</exception>
    public void Run(ReadOnlySpan<float> images, Layout layout, Span<float> answers)
    {
        network.Run(images, layout, answers);
        if (Ending == NetworkEnding.Logits) return;
        int length = (int)Output.Length, pixels = Output.Pixels, classes = Output.Channels;
        for (int i = 0; i < answers.Length; i += length)
        {
            var example = answers.Slice(i, length);
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                (int first, int stride) = layout == Layout.Nchw ? (pixel, pixels) : (pixel * classes, 1);
                Softmax.Over(example[first..], classes, stride, logarithm: Ending == NetworkEnding.LogSoftmax);
            }
        }
    }

    /// <summary>The same into a new array, the only one that the call makes.</summary>
    /// <inheritdoc cref="Run(ReadOnlySpan{float}, Layout, Span{float})"/>
    public float[] Run(ReadOnlySpan<float> images, Layout layout)
    {
        float[] answers = new float[images.Length / Input.Length * Output.Length];
        Run(images, layout, answers);
        return answers;
    }

    /// <summary>
    /// Opens a session for batches of up to <paramref name="maxBatch"/> images that are tensors on the device; one per thread. Its results are the logits,
    /// whatever <see cref="Ending"/> is.
    /// </summary>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public StepSession CreateSession(int maxBatch) => network.CreateSession(maxBatch);

    /// <summary>Gives back the weights, the sessions of <c>Run</c>, and the device that <see cref="Load"/> opened.</summary>
    public void Dispose()
    {
        network.Dispose();
        ownedDevice?.Dispose();
    }
}

/// <summary>What a network's file ends in after its logits.</summary>
public enum NetworkEnding
{
    /// <summary>Nothing.</summary>
    Logits,

    /// <summary>The softmax of the classes.</summary>
    Softmax,

    /// <summary>Its logarithm.</summary>
    LogSoftmax,
}

/// <summary>Softmax over host memory, in double precision.</summary>
static class Softmax
{
    /// <summary>Replaces <paramref name="count"/> values, <paramref name="stride"/> apart.</summary>
    public static void Over(Span<float> values, int count, int stride, bool logarithm)
    {
        float largest = float.NegativeInfinity;
        for (int i = 0; i < count; i++) largest = MathF.Max(largest, values[i * stride]);
        double sum = 0;
        for (int i = 0; i < count; i++) sum += Math.Exp((double)values[i * stride] - largest);
        double logSum = Math.Log(sum);
        for (int i = 0; i < count; i++)
        {
            ref float value = ref values[i * stride];
            double less = (double)value - largest;
            value = (float)(logarithm ? less - logSum : Math.Exp(less) / sum);
        }
    }
}
