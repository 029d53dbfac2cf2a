using ILGPU;
using ILGPU.Algorithms;

namespace Nin;

/// <summary>The mean of <c>(output - target)^2</c>, as PyTorch's <c>MSELoss</c>.</summary>
public sealed class MeanSquaredErrorLoss : TargetLoss
{
    /// <inheritdoc/>
    public override double Example(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
    {
        double sum = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            double d = (double)outputs[i] - targets[i];
            sum += d * d;
            if (!gradient.IsEmpty) gradient[i] = (float)(2 * d / outputs.Length);
        }

        return sum / outputs.Length;
    }

    /// <inheritdoc/>
    protected internal override void RunCore(in Pass pass, in TargetLossOperands operands)
    {
        if (pass.IsCpu) base.RunCore(pass, operands);
        else TargetKernel.Launch(pass, operands, Kernel);
    }

    static void Kernel(
        TargetLossSizes sizes, ArrayView<float> y, ArrayView<float> t, ArrayView<float> losses, ArrayView<float> hits, ArrayView<float> dy)
    {
        for (long i = KernelThread.Index; i < sizes.Examples; i += KernelThread.Stride)
        {
            float sum = 0;
            for (long at = i * sizes.Length; at < (i + 1) * sizes.Length; at++)
            {
                float d = y[at] - t[at];
                sum += d * d;
                if (sizes.HasGradient != 0) dy[at] = 2 * d * sizes.Scale;
            }

            losses[i] = sum / sizes.Length;
            hits[i] = 0;
        }
    }
}

/// <summary>
/// The mean of <c>-t log sigmoid(z) - (1 - t) log(1 - sigmoid(z))</c> over logits <c>z</c> and targets <c>t</c> from 0 to 1, as PyTorch's
/// <c>BCEWithLogitsLoss</c>: each output is a yes or no of its own. An example is right where all its outputs are on their target's side of 1/2.
/// </summary>
public sealed class BinaryCrossEntropyLoss : TargetLoss
{
    /// <inheritdoc/>
    public override double Example(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
    {
        double sum = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            // max(z, 0) - z t + log(1 + exp(-|z|)), with nothing that overflows or cancels for a target of 0 or 1.
            double z = outputs[i], t = targets[i], e = Math.Exp(-Math.Abs(z)), one = 1 + e;
            sum += (z >= 0 ? z * (1 - t) : -z * t) + (one == 1 ? e : Math.Log(one) * (e / (one - 1)));
            if (!gradient.IsEmpty) gradient[i] = (float)((z >= 0 ? 1 - t - e / one : e / one - t) / outputs.Length);
        }

        return sum / outputs.Length;
    }

    /// <inheritdoc/>
    public override bool IsHit(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] > 0 != targets[i] > 0.5f) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    protected internal override void RunCore(in Pass pass, in TargetLossOperands operands)
    {
        if (pass.IsCpu) base.RunCore(pass, operands);
        else TargetKernel.Launch(pass, operands, Kernel);
    }

    static void Kernel(
        TargetLossSizes sizes, ArrayView<float> y, ArrayView<float> t, ArrayView<float> losses, ArrayView<float> hits, ArrayView<float> dy)
    {
        for (long i = KernelThread.Index; i < sizes.Examples; i += KernelThread.Stride)
        {
            float sum = 0, hit = 1;
            for (long at = i * sizes.Length; at < (i + 1) * sizes.Length; at++)
            {
                float z = y[at], target = t[at], e = XMath.Exp(-IntrinsicMath.Abs(z));
                // log(1 + e) = 2 artanh(e / (2 + e)), whose argument is at most 1/3: the logarithm of 1 + e would lose a small e.
                float s = e / (2 + e), q = s * s;
                float log = 2 * s * (1 + q * (1f / 3 + q * (1f / 5 + q * (1f / 7 + q * (1f / 9 + q * (1f / 11 + q * (1f / 13)))))));
                sum += (z >= 0 ? z * (1 - target) : -z * target) + log;
                if (z > 0 != target > 0.5f) hit = 0;
                if (sizes.HasGradient != 0) dy[at] = (z >= 0 ? 1 - target - e / (1 + e) : e / (1 + e) - target) * sizes.Scale;
            }

            losses[i] = sum / sizes.Length;
            hits[i] = hit;
        }
    }
}

/// <summary>
/// <c>-sum_c t[c] log softmax(z)[c]</c> for targets that are probabilities (PyTorch's <c>CrossEntropyLoss</c> with class probabilities): teachers, mixed-up
/// images. An example is right where output and target have their largest at the same place. On a graphics processor it waits for the host.
/// </summary>
public sealed class SoftCrossEntropyLoss : TargetLoss
{
    /// <inheritdoc/>
    public override double Example(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
    {
        int largest = Largest(outputs);
        double max = outputs[largest], others = 0, total = 0, loss = 0;
        for (int c = 0; c < outputs.Length; c++)
        {
            if (c != largest) others += Math.Exp(outputs[c] - max);
            total += targets[c];
        }

        double one = 1 + others, logSum = one == 1 ? others : Math.Log(one) * (others / (one - 1));
        for (int c = 0; c < outputs.Length; c++)
        {
            loss += targets[c] * (logSum + (max - outputs[c]));
            if (gradient.IsEmpty) continue;
            gradient[c] = (float)(c == largest ? total - targets[c] - total * (others / one) : total * (Math.Exp(outputs[c] - max) / one) - targets[c]);
        }

        return loss;
    }

    /// <inheritdoc/>
    public override bool IsHit(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets) => Largest(outputs) == Largest(targets);

    static int Largest(ReadOnlySpan<float> values)
    {
        int largest = 0;
        for (int c = 1; c < values.Length; c++)
        {
            if (values[c] > values[largest]) largest = c;
        }

        return largest;
    }
}

/// <summary>What a loss's kernel reads besides its arrays.</summary>
/// <param name="Length">Outputs of an example.</param>
/// <param name="Examples">Examples.</param>
/// <param name="HasGradient">1 where a gradient is asked for.</param>
/// <param name="Scale">One over all outputs of the batch.</param>
public readonly record struct TargetLossSizes(int Length, int Examples, int HasGradient, float Scale);

/// <summary>One thread an example: outputs are few beside the work of the network that gave them.</summary>
static class TargetKernel
{
    public static void Launch(
        in Pass pass, in TargetLossOperands o,
        Action<TargetLossSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> kernel)
    {
        var sizes = new TargetLossSizes(o.Length, pass.Batch, o.Gradient.IsNone ? 0 : 1, 1f / ((float)pass.Batch * o.Length));
        pass.Launch(
            kernel, pass.Over(pass.Batch), sizes, pass.Array(o.Outputs), pass.Array(o.Targets), pass.Array(o.Losses), pass.Array(o.Hits),
            pass.Array(o.Gradient.IsNone ? o.Losses : o.Gradient));
    }
}
