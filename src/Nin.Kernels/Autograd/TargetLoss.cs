using System.Buffers;

namespace Nin;

/// <summary>
/// What training minimises where a target is as many numbers as an output: several labels at once, a regression, probabilities. The loss of a batch is the
/// mean of its examples.
/// </summary>
/// <remarks>
/// Losses can be written outside the library: <see cref="Example"/> defines them completely. Device <c>cpu</c> calls it where the numbers are, on all
/// threads; from other devices they come to the host, unless <see cref="RunCore"/> is overridden too. Several sessions may use one loss at the same time.
/// </remarks>
public abstract class TargetLoss
{
    /// <summary>The mean loss of a batch, recorded for its <see cref="TracedLoss.Backward"/>.</summary>
    /// <param name="outputs">What the network gives.</param>
    /// <param name="targets">What it should give: of the same batch, shape and device. It must stay as it is until the backward pass.</param>
    /// <exception cref="ArgumentException">The targets have another batch, shape or device.</exception>
    public TracedLoss Of(Traced outputs, Tensor targets)
    {
        var value = outputs.Value;
        var tape = outputs.Tape;
        Check(targets, value.Batch, value.Shape, value.Device);
        var batch = new BatchLoss(
            this, value.Shape, tape.Pass(value.Batch), value.View, targets.View, tape.Allocate((long)value.Batch * BatchLoss.FloatsPerExample));
        tape.Stream.Reads(value.View);
        tape.Stream.Reads(targets.View);
        batch.Run(dlogits: default);
        return new TracedLoss(outputs, batch);
    }

    /// <summary>The settings that decide its value, in some words. Empty unless overridden; a loss with settings overrides it.</summary>
    public virtual string Describe() => "";

    /// <summary>The loss of one example, in double precision, and its gradient.</summary>
    /// <param name="outputs">All outputs of the example, channels last.</param>
    /// <param name="targets">As many.</param>
    /// <param name="gradient">
    /// Overwritten with the gradient with respect to the outputs; empty where none is asked for. It may be <paramref name="outputs"/> itself: read an
    /// output before its gradient is written.
    /// </param>
    public abstract double Example(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient);

    /// <summary>Whether an example counts as right, in <see cref="TracedLoss.Correct"/>; never unless overridden.</summary>
    public virtual bool IsHit(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets) => false;

    /// <summary>Queues losses, hits and gradient of a batch.</summary>
    /// <param name="pass">The batch.</param>
    /// <param name="operands">What it reads and writes.</param>
    protected internal virtual void RunCore(in Pass pass, in TargetLossOperands operands)
    {
        if (pass.IsCpu)
        {
            pass.Run(pass.Batch, new ExampleJob(this, pass, operands));
            return;
        }

        int n = pass.Batch, length = operands.Length;
        var pool = ArrayPool<float>.Shared;
        float[] outputs = pool.Rent(n * length), targets = pool.Rent(n * length), perExample = pool.Rent(2 * n);
        pass.Stream.Download(operands.Outputs, outputs.AsSpan(0, n * length));
        pass.Stream.Download(operands.Targets.Slice(0, (long)n * length), targets.AsSpan(0, n * length));
        for (int i = 0; i < n; i++)
        {
            var y = outputs.AsSpan(i * length, length);
            (perExample[i], perExample[n + i]) = One(y, targets.AsSpan(i * length, length), operands.Gradient.IsNone ? default : y, n);
        }

        pass.Stream.Upload(perExample.AsSpan(0, n), operands.Losses);
        pass.Stream.Upload(perExample.AsSpan(n, n), operands.Hits);
        if (!operands.Gradient.IsNone) pass.Stream.Upload(outputs.AsSpan(0, n * length), operands.Gradient);
        pool.Return(perExample);
        pool.Return(targets);
        pool.Return(outputs);
    }

    internal static void Check(Tensor targets, int batch, in Shape shape, Device device)
    {
        if (targets.Batch != batch || targets.Shape != shape || targets.Device != device)
            throw new ArgumentException(
                $"The targets are {targets.Batch} examples of {targets.Shape} on {targets.Device.Id}; the outputs are {batch} of {shape} on {device.Id}, and both must agree.",
                nameof(targets));
    }

    // The hit first: the gradient may overwrite the outputs.
    (float Loss, float Hit) One(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient, int n)
    {
        float hit = IsHit(outputs, targets) ? 1 : 0;
        float loss = (float)Example(outputs, targets, gradient);
        foreach (ref float d in gradient) d /= n;
        return (loss, hit);
    }

    readonly struct ExampleJob(TargetLoss loss, Pass pass, TargetLossOperands operands) : IPieces
    {
        public void Run(int piece)
        {
            int length = operands.Length;
            var gradient = pass.Span(operands.Gradient);
            (pass.Span(operands.Losses)[piece], pass.Span(operands.Hits)[piece]) = loss.One(
                pass.Span(operands.Outputs).Slice(piece * length, length), pass.Span(operands.Targets).Slice(piece * length, length),
                gradient.IsEmpty ? default : gradient.Slice(piece * length, length), pass.Batch);
        }
    }
}

/// <summary>What a <see cref="TargetLoss"/> reads and writes.</summary>
/// <param name="Length">Outputs of an example.</param>
/// <param name="Outputs"><c>[batch, length]</c>, channels last.</param>
/// <param name="Targets">As the outputs.</param>
/// <param name="Losses"><c>[batch]</c>, overwritten with each example's loss.</param>
/// <param name="Hits"><c>[batch]</c>, overwritten: 1 where the example counts as right, else 0.</param>
/// <param name="Gradient">
/// <c>[batch, length]</c>, overwritten with the gradient of the mean loss, which is each example's divided by the batch; none where it is not asked for. It
/// may be <paramref name="Outputs"/> itself.
/// </param>
public readonly record struct TargetLossOperands(
    int Length, DeviceView Outputs, DeviceView Targets, DeviceView Losses, DeviceView Hits, DeviceView Gradient);
