using Nin.Ops;

namespace Nin.Training;

/// <summary>What all optimisers do besides their own rule: clip gradients, treat parameters in groups, average weights.</summary>
public abstract partial class Optimizer
{
    (double Rate, double Decay)[]? factors;
    DeviceView average;
    DeviceBuffer? sumOfSquares;
    DeviceBuffer? swapped;
    Parameter[] lent = [];
    bool usesAverage;

    /// <summary>
    /// The largest Euclidean norm of all gradients together, above 0; where it is more, all are scaled down (PyTorch's <c>clip_grad_norm_</c>). Null for no limit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public double? MaxGradientNorm
    {
        get;
        set => field = AboveZero(value, nameof(MaxGradientNorm));
    }

    /// <summary>The largest size of a gradient's element, above 0, after <see cref="MaxGradientNorm"/>; null for any.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public double? MaxGradientValue
    {
        get;
        set => field = AboveZero(value, nameof(MaxGradientValue));
    }

    /// <summary>
    /// Keeps an exponential moving average of the trained parameters, which begins as they are now: what a step leaves of the old average, 0 to 1, or
    /// <c>(1 + steps) / (10 + steps)</c> where that is less, so that the first steps do not weigh for long. Null for none. It is state like any other: a
    /// checkpoint keeps it. Running statistics are not averaged.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not 0 or more and below 1.</exception>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public double? AverageDecay
    {
        get;
        init
        {
            if (value is not { } decay) return;
            if (!(decay is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(value), decay, "The decay of an average must be 0 or more and below 1.");
            field = value;
            average = AddState("average");
            using var reading = Parameters.Read();
            average.CopyFrom(Parameters.Values.ToArray());
        }
    }

    /// <summary>True leaves biases and the parameters of normalisations without weight decay.</summary>
    public bool DecaysOnlyWeights
    {
        get;
        init
        {
            field = value;
            if (value) SetFactors(p => p.Spec.Role != ParameterRole.Weight, decayFactor: 0);
        }
    }

    /// <summary>A group: what learning rate and weight decay of some parameters are multiplied by. Of two groups the later one counts.</summary>
    /// <param name="which">Which parameters.</param>
    /// <param name="rateFactor">Factor of the learning rate, 0 or more.</param>
    /// <param name="decayFactor">Factor of weight decay, 0 or more; null leaves it.</param>
    /// <exception cref="ArgumentException">A factor is out of its range, or no trainable parameter is in the group.</exception>
    public void SetFactors(Func<Parameter, bool> which, double rateFactor = 1, double? decayFactor = null)
    {
        ArgumentNullException.ThrowIfNull(which);
        if (!(rateFactor >= 0) || !double.IsFinite(rateFactor))
            throw new ArgumentOutOfRangeException(nameof(rateFactor), rateFactor, "A factor must be a finite number of 0 or more.");
        if (decayFactor is { } d && (!(d >= 0) || !double.IsFinite(d)))
            throw new ArgumentOutOfRangeException(nameof(decayFactor), decayFactor, "A factor must be a finite number of 0 or more.");
        var next = factors?.ToArray() ?? [.. Enumerable.Repeat((1.0, 1.0), Parameters.Count)];
        bool any = false;
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (!Parameters[i].Spec.IsTrainable || !which(Parameters[i])) continue;
            next[i] = (rateFactor, decayFactor ?? next[i].Decay);
            any = true;
        }

        if (!any) throw new ArgumentException("No trainable parameter is in the group: see the names of Parameters.", nameof(which));
        factors = next;
    }

    /// <summary>A group of all parameters of a layer, or whose names begin so: <c>"Block1"</c>, <c>"Block1.0.weight"</c>, <c>"Stage4"</c>.</summary>
    /// <inheritdoc cref="SetFactors(Func{Parameter, bool}, double, double?)" path="/exception"/>
    /// <param name="prefix">A layer's name, a parameter's, or a beginning of one that ends before a dot or an underscore.</param>
    /// <param name="rateFactor">Factor of the learning rate.</param>
    /// <param name="decayFactor">Factor of weight decay; null leaves it.</param>
    public void SetFactors(string prefix, double rateFactor = 1, double? decayFactor = null)
    {
        var group = Freezing.Of(Parameters, prefix);
        SetFactors(p => Array.IndexOf(group, p) >= 0, rateFactor, decayFactor);
    }

    /// <summary>
    /// Puts the averaged weights in the place of the trained ones until the result is disposed, which puts those back: to evaluate or save in between.
    /// Nothing trains meanwhile. Without <see cref="AverageDecay"/> it does nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">They are in use already.</exception>
    public IDisposable UseAverage()
    {
        if (usesAverage) throw new InvalidOperationException("The averaged weights are in use already: dispose what UseAverage returned first.");
        Swap();
        return new AverageInUse(this);
    }

    /// <summary><see cref="Describe"/> and what is set here.</summary>
    internal string Settings
    {
        get
        {
            string text = Describe();
            if (MaxGradientNorm is { } norm) text += Invariant($", MaxGradientNorm = {norm:R}");
            if (MaxGradientValue is { } value) text += Invariant($", MaxGradientValue = {value:R}");
            if (AverageDecay is { } decay) text += Invariant($", AverageDecay = {decay:R}");
            for (int i = 0; i < factors?.Length; i++)
            {
                if (factors[i] != (1, 1)) text += Invariant($", {Parameters[i].Name} x{factors[i].Rate:R} decay x{factors[i].Decay:R}");
            }

            return text;
        }
    }

    bool AreAlike(int i, int j) => factors is null || factors[i] == factors[j];

    (double Rate, double Decay) FactorsOf(int parameter) => factors is null ? (1, 1) : factors[parameter];

    // Called for every training step: they allocate nothing after the first.
    void Clip(in Pass pass)
    {
        if (MaxGradientNorm is null && MaxGradientValue is null) return;
        sumOfSquares ??= Parameters.Device.Allocate(1);
        pass.Stream.Writes(sumOfSquares.View);
        pass.Op<IFill>().Run(pass.Stream, 0, sumOfSquares.View);
        if (MaxGradientNorm is not null) ForRanges(pass, RangeWork.Measure);
        ForRanges(pass, RangeWork.Clip);
    }

    void Measure(in Pass pass, DeviceView gradients) => pass.Op<ISumOfSquares>().Run(pass.Stream, gradients, sumOfSquares!.View);

    void Clip(in Pass pass, DeviceView gradients) => pass.Op<IClipGradient>().Run(
        pass.Stream, gradients, sumOfSquares!.View, (float)(MaxGradientNorm ?? double.PositiveInfinity), (float)(MaxGradientValue ?? double.PositiveInfinity));

    void AddToAverage(in Pass pass, long start, long length)
    {
        double decay = Math.Min(AverageDecay!.Value, (1.0 + Steps) / (10.0 + Steps));
        pass.Op<IAverage>().Run(pass.Stream, (float)(1 - decay), Parameters.Values.Slice(start, length), average.Slice(start, length));
    }

    void Swap()
    {
        if (average.IsNone) return;
        using var writing = Parameters.Write();
        stream ??= Parameters.Device.CreateStream();
        swapped ??= Parameters.Device.Allocate(Parameters.Values.Length);
        stream.Writes(Parameters.Values);
        stream.Writes(average);
        stream.Writes(swapped.View);
        // The same ones back, whatever is frozen meanwhile.
        if (!usesAverage) lent = [.. Parameters.Where(p => p.IsTrained)];
        foreach (var parameter in lent)
        {
            long start = parameter.Value.Offset, length = parameter.Length;
            stream.Copy(Parameters.Values.Slice(start, length), swapped.View.Slice(start, length));
            stream.Copy(average.Slice(start, length), Parameters.Values.Slice(start, length));
            stream.Copy(swapped.View.Slice(start, length), average.Slice(start, length));
        }

        Parameters.MarkWritten(lent);
        usesAverage = !usesAverage;
    }

    static double? AboveZero(double? value, string name) =>
        value is { } v && !(v > 0) ? throw new ArgumentOutOfRangeException(name, v, $"{name} must be above 0, or null for no limit.") : value;

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    sealed class AverageInUse(Optimizer optimizer) : IDisposable
    {
        Optimizer? optimizer = optimizer;

        public void Dispose()
        {
            optimizer?.Swap();
            optimizer = null;
        }
    }
}
