using System.Runtime.InteropServices;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>Losses: what training makes small.</summary>
public static class Loss
{
    /// <summary>The mean over the batch of <c>-log softmax(logits)[label]</c> (PyTorch's <c>CrossEntropyLoss</c>).</summary>
    /// <param name="logits">One logit a class: <c>[batch, classes]</c>.</param>
    /// <param name="labels">One class an example, from 0.</param>
    /// <exception cref="ArgumentException">The number of labels is wrong, a label is no class, or the logits have more than one pixel.</exception>
    public static TracedLoss CrossEntropy<TShape>(Traced<TShape> logits, ReadOnlySpan<int> labels)
        where TShape : struct, IShape => CrossEntropy(logits.Untyped, labels);

    /// <inheritdoc cref="CrossEntropy{TShape}"/>
    public static TracedLoss CrossEntropy(Traced logits, ReadOnlySpan<int> labels)
    {
        var value = logits.Value;
        var tape = logits.Tape;
        var memory = tape.Allocate((long)value.Batch * Nin.CrossEntropy.FloatsPerExample);
        var loss = new CrossEntropy(value.Shape, value.Batch, value.View, memory);
        Nin.CrossEntropy.CheckLabels(labels, value.Batch, value.Shape.Channels);
        tape.Stream.Reads(value.View);
        loss.SetLabels(tape.Stream, labels);
        loss.Run(tape.Stream, dlogits: default);
        return new TracedLoss(logits, loss);
    }
}

/// <summary>The loss of a batch on a tape, from which the way back starts.</summary>
public sealed class TracedLoss
{
    readonly Traced logits;
    readonly CrossEntropy loss;
    (float Loss, int Correct)? result;

    internal TracedLoss(Traced logits, CrossEntropy loss)
    {
        this.logits = logits;
        this.loss = loss;
    }

    /// <summary>The mean loss; the first read waits for the device.</summary>
    public float Value => Read().Loss;

    /// <summary>How many predictions of the batch are right.</summary>
    public int Correct => Read().Correct;

    /// <summary>
    /// Computes the gradients of all parameters and inputs that need one. Parameters' gradients add up until an optimiser's step or
    /// <see cref="ParameterSet.ZeroGrad"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The tape was reset since, or nothing needs a gradient.</exception>
    public void Backward() => logits.Tape.Backward(logits, Gradient);

    void Gradient(DeviceView dlogits) => loss.Run(logits.Tape.Stream, dlogits);

    (float Loss, int Correct) Read()
    {
        if (result is { } known) return known;
        _ = logits.Tape.NodeOf(logits);
        var read = loss.Read(logits.Tape.Stream, new float[2 * logits.Value.Batch]);
        result = read;
        return read;
    }
}

/// <summary>The mean softmax cross entropy of a batch in memory that its caller planned.</summary>
readonly struct CrossEntropy
{
    readonly int classes;
    readonly int n;
    readonly DeviceView logits;
    readonly DeviceView memory;

    /// <summary>Elements an example that the loss needs: label, loss and hit.</summary>
    public const int FloatsPerExample = StepMemory.LossPerExample;

    /// <param name="shape">Shape of the logits: flat, or one pixel.</param>
    /// <param name="n">Examples.</param>
    /// <param name="logits"><c>[n, classes]</c>.</param>
    /// <param name="memory"><see cref="FloatsPerExample"/> an example.</param>
    public CrossEntropy(in Shape shape, int n, DeviceView logits, DeviceView memory)
    {
        if (shape.Pixels != 1)
            throw new ArgumentException($"Cross entropy takes one logit a class, not {shape}: end the network with GlobalAvgPool2d or Flatten and Linear.", nameof(shape));
        classes = shape.Channels;
        this.n = n;
        this.logits = logits;
        this.memory = memory;
    }

    DeviceView Labels => memory.Slice(0, n);

    DeviceView Losses => memory.Slice(n, n);

    DeviceView Hits => memory.Slice(2L * n, n);

    /// <exception cref="ArgumentException">Not one an example, or one that is no class.</exception>
    public static void CheckLabels(ReadOnlySpan<int> labels, int n, int classes)
    {
        if (labels.Length != n) throw new ArgumentException($"{n} examples have {n} labels, not {labels.Length}.", nameof(labels));
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
                throw new ArgumentException($"Label {i} is {labels[i]}: the network has the classes 0 to {classes - 1}.", nameof(labels));
        }
    }

    /// <summary>Queues the upload of labels that <see cref="CheckLabels"/> let pass; they may change when this returns.</summary>
    public void SetLabels(DeviceStream stream, ReadOnlySpan<int> labels) => stream.Upload(MemoryMarshal.Cast<int, float>(labels), Labels);

    /// <summary>Computes losses and hits, and the gradient of their mean where it is asked for.</summary>
    public void Run(DeviceStream stream, DeviceView dlogits) => stream.Device.Kernels.Get<ISoftmaxCrossEntropy>().Run(
        stream, classes, n, logits.Slice(0, (long)n * classes), Labels, 1f / n, Losses, Hits, dlogits);

    /// <summary>Waits for the result: the mean loss and how many predictions are right.</summary>
    /// <param name="stream">Where it ran.</param>
    /// <param name="host">Host memory for two elements an example.</param>
    public (float Loss, int Correct) Read(DeviceStream stream, Span<float> host)
    {
        stream.Download(memory.Slice(n, 2L * n), host[..(2 * n)]);
        double sum = 0;
        int correct = 0;
        for (int i = 0; i < n; i++)
        {
            sum += host[i];
            if (host[n + i] != 0) correct++;
        }

        return ((float)(sum / n), correct);
    }
}
