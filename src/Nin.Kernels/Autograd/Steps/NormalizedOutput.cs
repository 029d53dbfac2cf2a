using Nin.Ops;

namespace Nin;

/// <summary>
/// The output of a normalisation that is not kept in training: the convolution that reads it computes it again, forward and for its weight gradient, from
/// what the normalisation read, with the same bits. Of every two tensors one is kept then, and a pass over both falls away where the convolution
/// normalises what it reads: MobileNet trains in three fifths of the memory.
/// </summary>
/// <param name="Normalization">Its parameters.</param>
/// <param name="Shape">Shape of one example.</param>
/// <param name="Rectifier">The activation after it.</param>
sealed record NormalizedOutput(BatchNormalization Normalization, Shape Shape, Rectifier Rectifier)
{
    /// <summary>That of the step before a convolution.</summary>
    /// <exception cref="ArgumentException">It has another shape than the convolution reads, or cannot be computed from what the step saves.</exception>
    public static NormalizedOutput Of(Step before, in Shape input)
    {
        ArgumentNullException.ThrowIfNull(before);
        if (before.Output != input)
            throw new ArgumentException($"The step before gives {before.Output}, and this one takes {input}: both must agree.", nameof(before));
        return before.OutputFromSaved
            ?? throw new ArgumentException($"The output of {before.GetType().Name} cannot be computed again from what it saves: that of a normalised convolution can, with a ReLU, a ReLU6 or nothing after it.", nameof(before));
    }

    /// <summary>For a step that gets what the step before left and was not joined with it.</summary>
    public static ArgumentException NotJoined(string parameter) =>
        new("The step does not compute its input again: join it with the step before by After, or leave this out.", parameter);

    /// <summary>What a convolution reads: <paramref name="x"/>, or what the step before saved, with <paramref name="x"/> as memory.</summary>
    public static ConvolutionInput Read(NormalizedOutput? output, in Pass pass, DeviceView x, Saved before)
    {
        if (before.IsNone) return x;
        if (output is null) throw NotJoined(nameof(before));
        Step.Require(before.PerExample, output.Shape, pass.Batch, nameof(before));
        return new(before.PerExample, output.Normalization.Input(output.Shape, output.Rectifier, before.Fixed, x));
    }
}

/// <summary>What a convolution reads.</summary>
/// <param name="Values">The input, or what it is computed from.</param>
/// <param name="Normalization">What is done to it first; none by default.</param>
readonly record struct ConvolutionInput(DeviceView Values, NormalizedInput Normalization = default)
{
    public static implicit operator ConvolutionInput(DeviceView values) => new(values);
}
