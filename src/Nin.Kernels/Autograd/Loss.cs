using System.Buffers;
using System.Runtime.InteropServices;
using ILGPU;
using Nin.Ops;

namespace Nin;

/// <summary>
/// What training minimises: a number for the logits and the label of each example; the loss of a batch is their mean, weighted where
/// <see cref="Weight"/> says so. <see cref="TargetLoss"/> is for targets that are numbers.
/// </summary>
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
        BatchLoss.CheckLabels(this, labels, value.Batch, value.Shape.Channels);
        var batch = new BatchLoss(this, value.Shape, tape.Pass(value.Batch), value.View, memory, TotalWeight(labels));
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

    /// <summary>
    /// What an example counts in the mean, which is the sum of the losses over the sum of their weights; 1 unless overridden. The loss itself is weighted
    /// already. A batch that counts nothing has the loss 0 and no gradient.
    /// </summary>
    /// <param name="label">The label; one that is not a class only where <see cref="Ignores"/> it.</param>
    public virtual double Weight(int label) => 1;

    /// <summary>Whether examples of this label do not count, so that it need not be a class; none unless overridden.</summary>
    public virtual bool Ignores(int label) => false;

    /// <summary>Throws where it does not fit the number of classes; called before a step changes anything.</summary>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public virtual void CheckClasses(int classes)
    {
    }

    /// <summary>The sum of the examples' weights, in their order.</summary>
    public double TotalWeight(ReadOnlySpan<int> labels)
    {
        double sum = 0;
        foreach (int label in labels) sum += Weight(label);
        return sum;
    }

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
        double weight = operands.Weight > 0 ? operands.Weight : double.PositiveInfinity;
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<float> z = logits.AsSpan(i * classes, classes);
            var dz = wantsGradient ? gradient.AsSpan(i * classes, classes) : default;
            losses[i] = (float)Example(z, labels[i], dz);
            hits[i] = Largest(z) == labels[i] ? 1 : 0;
            foreach (ref float d in dz) d = (float)(d / weight);
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
/// <param name="Labels"><c>[batch]</c> 32-bit integers from 0 to <paramref name="Classes"/> - 1, or ones that <see cref="Loss.Ignores"/>, checked before: <see cref="Pass.Integers"/>.</param>
/// <param name="Losses"><c>[batch]</c>, overwritten with each example's loss.</param>
/// <param name="Hits"><c>[batch]</c>, overwritten: 1 where the (first) largest logit is the label's, else 0.</param>
/// <param name="Gradient">
/// <c>[batch, classes]</c>, overwritten with the gradient of the mean loss, which is each example's divided by <paramref name="Weight"/>; none where it
/// is not asked for. It may be <paramref name="Logits"/> itself.
/// </param>
/// <param name="Weight">The sum of the examples' weights: the batch, unless <see cref="Loss.Weight"/> says otherwise.</param>
public readonly record struct LossOperands(
    int Classes, DeviceView Logits, DeviceView Labels, DeviceView Losses, DeviceView Hits, DeviceView Gradient, double Weight)
{
    /// <summary>What an example's gradient is multiplied by: one over <see cref="Weight"/>, or 0 where nothing counts.</summary>
    public float GradientScale => Weight > 0 ? 1 / (float)Weight : 0;
}
