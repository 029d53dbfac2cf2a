using Nin.Data;

namespace Nin.Images;

/// <summary>What a classifier asks: a declared network, or one whose steps are known only at run time.</summary>
/// <param name="Device">Where it runs.</param>
/// <param name="Input">Shape of one image.</param>
/// <param name="Open">Opens a session for batches of a given size, whose results are logits.</param>
sealed record ServedNetwork(Device Device, Shape Input, Func<int, (IDisposable Session, Func<Tensor, Tensor> Forward)> Open)
{
    public static ServedNetwork Of(INetwork network) => new(network.Device, network.Architecture.Input, capacity =>
    {
        var session = network.CreateSession(capacity);
        return (session, session.Forward);
    });

    public static ServedNetwork Of(StepNetwork network) => new(network.Device, network.Input, capacity =>
    {
        var session = network.CreateSession(capacity);
        return (session, session.Forward);
    });
}

/// <summary>
/// What answers one batch at a time: a session and its memory. A classifier opens as many as serve at the same time, and keeps them.
/// </summary>
/// <remarks>After the first batch it allocates nothing.</remarks>
sealed class ClassifierWorker : IDisposable
{
    readonly Preprocessing preprocessing;
    readonly IDisposable session;
    readonly Func<Tensor, Tensor> forward;
    readonly TensorBuffer input;
    readonly float[] images;
    readonly float[] logits;
    readonly int imageLength;
    readonly int classes;

    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public ClassifierWorker(ServedNetwork network, Preprocessing preprocessing, int capacity)
    {
        this.preprocessing = preprocessing;
        imageLength = preprocessing.Channels * preprocessing.Height * preprocessing.Width;
        classes = preprocessing.ClassNames.Count;
        images = new float[checked(capacity * imageLength)];
        logits = new float[capacity * classes];
        (session, forward) = network.Open(capacity);
        try
        {
            input = new TensorBuffer(network.Device, capacity, network.Input);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Puts an image into the batch.</summary>
    /// <param name="at">Its place.</param>
    /// <param name="pixels"><c>[channels, height, width]</c>.</param>
    public void Set(int at, ReadOnlySpan<byte> pixels) => preprocessing.Normalize(pixels, images.AsSpan(at * imageLength, imageLength));

    /// <summary>Runs the first images of the batch.</summary>
    public void Run(int count)
    {
        var batch = input.CopyFrom(images.AsSpan(0, count * imageLength), count, Layout.Nchw);
        forward(batch).CopyTo(logits.AsSpan(0, count * classes), Layout.Nhwc);
    }

    /// <summary>Writes the probabilities of an image that was run, one per class.</summary>
    public void Probabilities(int at, Span<float> probabilities) => Softmax(logits.AsSpan(at * classes, classes), probabilities);

    public void Dispose()
    {
        input.Dispose();
        session.Dispose();
    }

    static void Softmax(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        float largest = logits[0];
        foreach (float logit in logits) largest = Math.Max(largest, logit);
        double sum = 0;
        foreach (float logit in logits) sum += Math.Exp(logit - largest);
        for (int k = 0; k < logits.Length; k++) probabilities[k] = (float)(Math.Exp(logits[k] - largest) / sum);
    }
}

/// <summary>Workers that wait: one more is opened where all are busy, and none is closed before the end.</summary>
sealed class ClassifierWorkers(ServedNetwork network, Preprocessing preprocessing, int capacity) : IDisposable
{
    readonly Lock gate = new();
    readonly Stack<ClassifierWorker> idle = new();
    bool disposed;

    public ClassifierWorker Rent()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(Classifier));
            if (idle.TryPop(out var worker)) return worker;
        }

        return new ClassifierWorker(network, preprocessing, capacity);
    }

    public void Return(ClassifierWorker worker)
    {
        lock (gate)
        {
            if (!disposed)
            {
                idle.Push(worker);
                return;
            }
        }

        worker.Dispose();
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            while (idle.TryPop(out var worker)) worker.Dispose();
        }
    }
}
