using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using ILGPU;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>What training minimises: a number for the logits and the label of each example; the loss of a batch is their mean.</summary>
/// <remarks>
/// Losses can be written outside the library: <see cref="Example"/> defines them completely, and runs on the host. A loss that is to run
/// on a device without waiting for it overrides <see cref="RunCore"/> too. Several sessions may use one loss at the same time.
/// </remarks>
public abstract class Loss
{
    internal static CrossEntropyLoss Default { get; } = new();

    /// <summary>The mean over the batch of <c>-log softmax(logits)[label]</c> (PyTorch's <c>CrossEntropyLoss</c>).</summary>
    /// <param name="logits">One logit per class: <c>[batch, classes]</c>.</param>
    /// <param name="labels">One class per example, from 0.</param>
    /// <exception cref="ArgumentException">The number of labels is wrong, a label is not a valid class, or the logits have more than one pixel.</exception>
    public static TracedLoss CrossEntropy<TShape>(Traced<TShape> logits, ReadOnlySpan<int> labels)
        where TShape : struct, IShape => CrossEntropy(logits.Untyped, labels);

    /// <inheritdoc cref="CrossEntropy{TShape}"/>
    public static TracedLoss CrossEntropy(Traced logits, ReadOnlySpan<int> labels) => Default.Of(logits, labels);

    /// <summary>The mean loss of a batch, recorded for its <see cref="TracedLoss.Backward"/>.</summary>
    /// <param name="logits">One logit per class: <c>[batch, classes]</c>.</param>
    /// <param name="labels">One class per example, from 0.</param>
    /// <exception cref="ArgumentException">The number of labels is wrong, a label is not a valid class, or the logits have more than one pixel.</exception>
    public TracedLoss Of(Traced logits, ReadOnlySpan<int> labels)
    {
        var value = logits.Value;
        var tape = logits.Tape;
        var memory = tape.Allocate((long)value.Batch * BatchLoss.FloatsPerExample);
        var batch = new BatchLoss(this, value.Shape, tape.Pass(value.Batch), value.View, memory);
        BatchLoss.CheckLabels(labels, value.Batch, value.Shape.Channels);
        tape.Stream.Reads(value.View);
        batch.SetLabels(labels);
        batch.Run(dlogits: default);
        return new TracedLoss(logits, batch);
    }

    /// <summary>
    /// The settings that decide its value, in some words: a checkpoint keeps them beside the type's name, and a run does not resume with others.
    /// Empty unless overridden; a loss with settings overrides it.
    /// </summary>
    public virtual string Describe() => "";

    /// <summary>The loss of one example, in double precision, and its gradient.</summary>
    /// <param name="logits">One logit per class.</param>
    /// <param name="label">The correct class, from 0.</param>
    /// <param name="gradient">Overwritten with the gradient with respect to the logits; empty where none is asked for.</param>
    public abstract double Example(ReadOnlySpan<float> logits, int label, Span<float> gradient);

    /// <summary>
    /// Queues losses, hits and gradient of a batch. Unless it is overridden, the logits come to the host, which waits for them, and
    /// <see cref="Example"/> computes there.
    /// </summary>
    /// <param name="pass">The batch.</param>
    /// <param name="operands">What it reads and writes.</param>
    protected internal virtual void RunCore(in Pass pass, in LossOperands operands)
    {
        int n = pass.Batch, classes = operands.Classes;
        var pool = ArrayPool<float>.Shared;
        float[] logits = pool.Rent(n * classes), gradient = pool.Rent(n * classes), perExample = pool.Rent(3 * n);
        var ids = perExample.AsSpan(0, n);
        Span<float> losses = perExample.AsSpan(n, n), hits = perExample.AsSpan(2 * n, n);
        pass.Stream.Download(operands.Logits, logits.AsSpan(0, n * classes));
        pass.Stream.Download(operands.Labels, ids);
        var labels = MemoryMarshal.Cast<float, int>(ids);
        bool wantsGradient = !operands.Gradient.IsNone;
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<float> z = logits.AsSpan(i * classes, classes);
            var dz = wantsGradient ? gradient.AsSpan(i * classes, classes) : default;
            losses[i] = (float)Example(z, labels[i], dz);
            hits[i] = Largest(z) == labels[i] ? 1 : 0;
            foreach (ref float d in dz) d /= n;
        }

        pass.Stream.Upload(losses, operands.Losses);
        pass.Stream.Upload(hits, operands.Hits);
        if (wantsGradient) pass.Stream.Upload(gradient.AsSpan(0, n * classes), operands.Gradient);
        pool.Return(perExample);
        pool.Return(gradient);
        pool.Return(logits);
    }

    /// <summary>The class of the largest logit; the first of equal ones.</summary>
    private protected static int Largest(ReadOnlySpan<float> logits)
    {
        int largest = 0;
        for (int c = 1; c < logits.Length; c++)
        {
            if (logits[c] > logits[largest]) largest = c;
        }

        return largest;
    }
}

/// <summary>What a loss reads and writes.</summary>
/// <param name="Classes">Classes.</param>
/// <param name="Logits"><c>[batch, classes]</c>.</param>
/// <param name="Labels"><c>[batch]</c> 32-bit integers from 0 to <paramref name="Classes"/> - 1, checked before: <see cref="Pass.Integers"/>.</param>
/// <param name="Losses"><c>[batch]</c>, overwritten with each example's loss.</param>
/// <param name="Hits"><c>[batch]</c>, overwritten: 1 where the (first) largest logit is the label's, else 0.</param>
/// <param name="Gradient">
/// <c>[batch, classes]</c>, overwritten with the gradient of the mean loss, which is each example's divided by the batch; none where it
/// is not asked for. It may be <paramref name="Logits"/> itself.
/// </param>
public readonly record struct LossOperands(
    int Classes, DeviceView Logits, DeviceView Labels, DeviceView Losses, DeviceView Hits, DeviceView Gradient);

/// <summary>
/// Softmax cross entropy, as PyTorch's <c>CrossEntropyLoss</c>: <c>-sum_k q[k] log softmax(logits)[k]</c>, where <c>q</c> is
/// <c>1 - s + s / classes</c> for the label and <c>s / classes</c> for the others (Szegedy et al. 2016, arXiv 1512.00567, section 7).
/// </summary>
public sealed class CrossEntropyLoss : Loss
{
    /// <param name="labelSmoothing">Share <c>s</c> of the target that is spread over all classes, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of its range.</exception>
    public CrossEntropyLoss(double labelSmoothing = 0)
    {
        if (!(labelSmoothing is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "Label smoothing must be from 0 to 1.");
        LabelSmoothing = labelSmoothing;
    }

    /// <summary>Share of the target that is spread over all classes.</summary>
    public double LabelSmoothing { get; }

    /// <inheritdoc/>
    public override string Describe() => string.Create(CultureInfo.InvariantCulture, $"LabelSmoothing = {LabelSmoothing:R}");

    /// <inheritdoc/>
    public override double Example(ReadOnlySpan<float> logits, int label, Span<float> gradient)
    {
        float max = logits[Largest(logits)];
        double sum = 0, total = 0;
        foreach (float z in logits) sum += Math.Exp((double)z - max);
        foreach (float z in logits) total += (double)z - max;
        double off = LabelSmoothing / logits.Length, on = 1 - LabelSmoothing + off;
        for (int c = 0; c < gradient.Length; c++)
            gradient[c] = (float)(Math.Exp((double)logits[c] - max) / sum - (c == label ? on : off));
        double plain = Math.Log(sum) + max - logits[label];
        return LabelSmoothing == 0 ? plain : plain + LabelSmoothing * ((double)logits[label] - max) - off * total;
    }

    /// <inheritdoc/>
    protected internal override void RunCore(in Pass pass, in LossOperands operands) => pass.Op<ISoftmaxCrossEntropy>().Run(
        pass.Stream, operands.Classes, pass.Batch, operands.Logits, operands.Labels, 1f / pass.Batch, operands.Losses, operands.Hits,
        operands.Gradient, (float)LabelSmoothing);
}

/// <summary>The loss of a batch on a tape, where the backward pass starts.</summary>
public sealed class TracedLoss
{
    readonly Traced logits;
    readonly BatchLoss loss;
    (float Loss, int Correct)? result;

    internal TracedLoss(Traced logits, BatchLoss loss)
    {
        this.logits = logits;
        this.loss = loss;
    }

    /// <summary>The mean loss; the first read waits for the device.</summary>
    public float Value => Read().Loss;

    /// <summary>How many predictions of the batch are correct.</summary>
    public int Correct => Read().Correct;

    /// <summary>
    /// Computes the gradients of all parameters and inputs that need one. Parameters' gradients add up until an optimiser's step or
    /// <see cref="ParameterSet.ZeroGrad"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The tape was reset since, or nothing needs a gradient.</exception>
    public void Backward() => logits.Tape.Backward(logits, loss.Run);

    (float Loss, int Correct) Read()
    {
        if (result is { } known) return known;
        _ = logits.Tape.NodeOf(logits);
        var read = loss.Read(new float[2 * logits.Value.Batch]);
        result = read;
        return read;
    }
}

/// <summary>The mean loss of a batch in memory that its caller planned.</summary>
readonly struct BatchLoss
{
    readonly Loss loss;
    readonly Pass pass;
    readonly int classes;
    readonly DeviceView logits;
    readonly DeviceView memory;

    /// <summary>Elements per example that the loss needs: label, loss and hit.</summary>
    public const int FloatsPerExample = StepMemory.LossPerExample;

    /// <param name="loss">Which loss.</param>
    /// <param name="shape">Shape of the logits: flat, or one pixel.</param>
    /// <param name="pass">The batch.</param>
    /// <param name="logits"><c>[n, classes]</c>.</param>
    /// <param name="memory"><see cref="FloatsPerExample"/> per example.</param>
    public BatchLoss(Loss loss, in Shape shape, in Pass pass, DeviceView logits, DeviceView memory)
    {
        if (shape.Pixels != 1)
            throw new ArgumentException($"A loss takes one logit per class, not {shape}: end the network with GlobalAvgPool2d or Flatten and Linear.", nameof(shape));
        this.loss = loss;
        this.pass = pass;
        classes = shape.Channels;
        this.logits = logits;
        this.memory = memory;
    }

    DeviceView Labels => memory.Slice(0, pass.Batch);

    DeviceView Losses => memory.Slice(pass.Batch, pass.Batch);

    DeviceView Hits => memory.Slice(2L * pass.Batch, pass.Batch);

    /// <exception cref="ArgumentException">There is not one per example, or one is not a valid class.</exception>
    public static void CheckLabels(ReadOnlySpan<int> labels, int n, int classes)
    {
        if (labels.Length != n) throw new ArgumentException($"{n} examples have {n} labels, not {labels.Length}.", nameof(labels));
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
                throw new ArgumentException($"Label {i} is {labels[i]}: the network has the classes 0 to {classes - 1}.", nameof(labels));
        }
    }

    /// <summary>Queues the upload of labels that <see cref="CheckLabels"/> accepted; they may change when this returns.</summary>
    public void SetLabels(ReadOnlySpan<int> labels) => pass.Stream.Upload(MemoryMarshal.Cast<int, float>(labels), Labels);

    /// <summary>Computes losses and hits, and the gradient of their mean where it is asked for.</summary>
    public void Run(DeviceView dlogits)
    {
        loss.RunCore(pass, new LossOperands(classes, logits.Slice(0, (long)pass.Batch * classes), Labels, Losses, Hits, dlogits));
        logits.KeepAlive();
        memory.KeepAlive();
        dlogits.KeepAlive();
        GC.KeepAlive(pass.Stream);
    }

    /// <summary>Waits for the result: the mean loss and how many predictions are correct.</summary>
    /// <param name="host">Host memory for two elements per example.</param>
    public (float Loss, int Correct) Read(Span<float> host)
    {
        int n = pass.Batch;
        pass.Stream.Download(memory.Slice(n, 2L * n), host[..(2 * n)]);
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
