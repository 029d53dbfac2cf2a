using System.Runtime.InteropServices;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>The mean loss of a batch in memory that its caller planned.</summary>
readonly struct BatchLoss
{
    readonly Loss? loss;
    readonly TargetLoss? targetLoss;
    readonly DeviceView targets;
    readonly double weight;
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
    /// <param name="weight">The sum of the examples' weights.</param>
    public BatchLoss(Loss loss, in Shape shape, in Pass pass, DeviceView logits, DeviceView memory, double weight)
    {
        if (shape.Pixels != 1)
            throw new ArgumentException($"A loss takes one logit per class, not {shape}: end the network with GlobalAvgPool2d or Flatten and Linear.", nameof(shape));
        this.loss = loss;
        this.weight = weight;
        this.pass = pass;
        classes = shape.Channels;
        this.logits = logits;
        this.memory = memory;
    }

    /// <param name="loss">Which loss.</param>
    /// <param name="shape">Shape of the outputs.</param>
    /// <param name="pass">The batch.</param>
    /// <param name="outputs"><c>[n, shape]</c>.</param>
    /// <param name="targets">As the outputs.</param>
    /// <param name="memory"><see cref="FloatsPerExample"/> per example.</param>
    public BatchLoss(TargetLoss loss, in Shape shape, in Pass pass, DeviceView outputs, DeviceView targets, DeviceView memory)
    {
        targetLoss = loss;
        weight = pass.Batch;
        this.pass = pass;
        classes = (int)shape.Length;
        logits = outputs;
        this.targets = targets;
        this.memory = memory;
    }

    DeviceView Labels => memory.Slice(0, pass.Batch);

    DeviceView Losses => memory.Slice(pass.Batch, pass.Batch);

    DeviceView Hits => memory.Slice(2L * pass.Batch, pass.Batch);

    /// <exception cref="ArgumentException">There is not one per example, or one is not a valid class.</exception>
    public static void CheckLabels(Loss loss, ReadOnlySpan<int> labels, int n, int classes)
    {
        loss.CheckClasses(classes);
        if (labels.Length != n) throw new ArgumentException($"{n} examples have {n} labels, not {labels.Length}.", nameof(labels));
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes && !loss.Ignores(labels[i]))
                throw new ArgumentException($"Label {i} is {labels[i]}: the network has the classes 0 to {classes - 1}.", nameof(labels));
        }
    }

    /// <summary>Queues the upload of labels that <see cref="CheckLabels"/> accepted; they may change when this returns.</summary>
    public void SetLabels(ReadOnlySpan<int> labels) => pass.Stream.Upload(MemoryMarshal.Cast<int, float>(labels), Labels);

    /// <summary>Computes losses and hits, and the gradient of their mean where it is asked for.</summary>
    public void Run(DeviceView dlogits)
    {
        var outputs = logits.Slice(0, (long)pass.Batch * classes);
        if (loss is not null) loss.RunCore(pass, new LossOperands(classes, outputs, Labels, Losses, Hits, dlogits, weight));
        else targetLoss!.RunCore(pass, new TargetLossOperands(classes, outputs, targets, Losses, Hits, dlogits));
        targets.KeepAlive();
        logits.KeepAlive();
        memory.KeepAlive();
        dlogits.KeepAlive();
        GC.KeepAlive(pass.Stream);
    }

    /// <summary>Waits for the result: the mean loss and how many predictions are correct.</summary>
    /// <param name="host">Host memory for two elements per example.</param>
    public (float Loss, int Correct) Read(Span<float> host)
    {
        int n = pass.Batch, part = n, count = n;
        pass.Stream.Download(memory.Slice(n, 2L * n), host[..(2 * n)]);
        ReadOnlySpan<float> all = host;
        if (pass.Ranks is { } ranks)
        {
            (part, count) = (ranks.PartLength, ranks.Examples);
            host.Slice(n, n).CopyTo(host[part..]);
            all = ranks.Gather<float>(host[..(2 * part)]);
        }

        double sum = 0;
        int correct = 0;
        for (int i = 0; i < count; i++)
        {
            // Of each part the losses, then the hits.
            int at = i / part * 2 * part + i % part;
            sum += all[at];
            if (all[at + part] != 0) correct++;
        }

        return (weight > 0 ? (float)(sum / weight) : 0, correct);
    }
}
