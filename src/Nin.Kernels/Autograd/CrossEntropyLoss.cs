using System.Globalization;
using Nin.Ops;

namespace Nin;

/// <summary>
/// Softmax cross entropy, as PyTorch's <c>CrossEntropyLoss</c>: <c>-sum_k q[k] log softmax(logits)[k]</c>, where <c>q</c> is
/// <c>(1 - s) w[label] + s / classes w[label]</c> for the label and <c>s / classes w[k]</c> for the others (Szegedy et al. 2016, arXiv 1512.00567, section 7).
/// </summary>
public sealed class CrossEntropyLoss : Loss
{
    readonly float[]? classWeights;

    /// <param name="labelSmoothing">Share <c>s</c> of the target that is spread over all classes, from 0 to 1.</param>
    /// <param name="classWeights">A weight <c>w</c> a class, finite and 0 or more, not all 0; null for 1 each. The mean is the sum of the losses over the sum of their labels' weights.</param>
    /// <param name="ignoreIndex">The label of examples that do not count, which need not be a class (PyTorch takes -100); null for none.</param>
    /// <exception cref="ArgumentException">The share or a weight is out of its range.</exception>
    public CrossEntropyLoss(double labelSmoothing = 0, IReadOnlyList<float>? classWeights = null, int? ignoreIndex = null)
    {
        if (!(labelSmoothing is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "Label smoothing must be from 0 to 1.");
        if (classWeights is not null && (classWeights.Any(w => !(w >= 0) || !float.IsFinite(w)) || classWeights.All(w => w == 0)))
            throw new ArgumentException("Class weights must be finite and 0 or more, and one of them above 0.", nameof(classWeights));
        LabelSmoothing = labelSmoothing;
        this.classWeights = classWeights is null ? null : [.. classWeights];
        IgnoreIndex = ignoreIndex;
    }

    /// <summary>Share of the target that is spread over all classes.</summary>
    public double LabelSmoothing { get; }

    /// <summary>A weight a class; null for 1 each.</summary>
    public IReadOnlyList<float>? ClassWeights => classWeights;

    /// <summary>The label of examples that do not count; null for none.</summary>
    public int? IgnoreIndex { get; }

    /// <inheritdoc/>
    public override string Describe()
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"LabelSmoothing = {LabelSmoothing:R}");
        if (classWeights is not null) text += $", ClassWeights = {string.Join(' ', classWeights.Select(w => w.ToString("R", CultureInfo.InvariantCulture)))}";
        return IgnoreIndex is { } ignored ? text + string.Create(CultureInfo.InvariantCulture, $", IgnoreIndex = {ignored}") : text;
    }

    /// <inheritdoc/>
    public override double Weight(int label) => label == IgnoreIndex ? 0 : classWeights is not null && (uint)label < (uint)classWeights.Length ? classWeights[label] : 1;

    /// <inheritdoc/>
    public override bool Ignores(int label) => label == IgnoreIndex;

    /// <inheritdoc/>
    public override unsafe double Example(ReadOnlySpan<float> logits, int label, Span<float> gradient)
    {
        CheckClasses(logits.Length);
        if (label == IgnoreIndex)
        {
            gradient.Clear();
            return 0;
        }

        fixed (float* z = logits, dz = gradient, w = classWeights)
            return new CrossEntropyRule(LabelSmoothing, w).Compute(z, logits.Length, label, 1, dz, out _);
    }

    /// <inheritdoc/>
    public override void CheckClasses(int classes)
    {
        if (classWeights is not null && classWeights.Length != classes)
            throw new ArgumentException($"The loss has {classWeights.Length} class weights and the network {classes} classes: give one per class.");
    }

    /// <inheritdoc/>
    protected internal override void RunCore(in Pass pass, in LossOperands operands)
    {
        DeviceView weights = default;
        if (classWeights is not null)
        {
            weights = pass.Scratch(classWeights.Length);
            pass.Stream.Upload(classWeights, weights);
        }

        pass.Op<ISoftmaxCrossEntropy>().Run(
            pass.Stream, operands.Classes, pass.Batch, operands.Logits, operands.Labels, operands.GradientScale, operands.Losses, operands.Hits,
            operands.Gradient, (float)LabelSmoothing, IgnoreIndex ?? ISoftmaxCrossEntropy.NoLabel, weights);
    }
}
