namespace Nin.Ops;

/// <summary><c>y = act((x - runningMean) / sqrt(runningVariance + eps) * gamma + beta)</c>.</summary>
interface IBatchNorm2dForwardInference : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="parameters">Scale, shift and running statistics, which are only read.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, pixels, channels]</c>, overwritten; may be <paramref name="x"/> itself.</param>
    void Run(DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView y);
}

/// <summary>
/// <c>y = act((x - mean) / sqrt(variance + eps) * gamma + beta + residual)</c> with the batch's own mean and biased variance, and
/// <c>running = (1 - momentum) running + momentum batch</c> with the unbiased one. Sums over the batch follow <see cref="BatchNormSizes.Tree"/>.
/// A single value per channel has no unbiased variance: the running one stays (PyTorch refuses such a batch).
/// </summary>
interface IBatchNorm2dForwardTraining : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="parameters">Scale, shift and running statistics.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y">
    /// <c>[n, pixels, channels]</c>, overwritten; never <paramref name="x"/> itself, which the gradient reads. None for the statistics alone.
    /// </param>
    /// <param name="mean"><c>[channels]</c>, overwritten: the batch's mean, for the gradient.</param>
    /// <param name="inverseDeviation"><c>[channels]</c>, overwritten: <c>1 / sqrt(variance + eps)</c>, for the gradient.</param>
    /// <param name="residual">What is added before the ReLU, as long as <paramref name="y"/>; or none.</param>
    /// <param name="ranks">The ranks whose parts the statistics are of, too; null for this batch alone.</param>
    void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation, DeviceView residual = default, RankPass? ranks = null);

    /// <summary>The last pass alone, by statistics that are known: what a convolution reads whose variant does not normalise what it reads.</summary>
    /// <param name="stream">Order of work.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="input">What is done to it.</param>
    /// <returns>The memory of <paramref name="input"/>, overwritten.</returns>
    DeviceView Apply(DeviceStream stream, int n, DeviceView x, in NormalizedInput input);

    /// <summary>The same with any activation.</summary>
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="parameters">Scale, shift and running statistics.</param>
    /// <param name="activation">The formula.</param>
    /// <param name="y">
    /// <c>[n, pixels, channels]</c>, overwritten; never <paramref name="x"/> itself, which the gradient reads. None for the statistics alone.
    /// </param>
    /// <param name="mean"><c>[channels]</c>, overwritten: the batch's mean, for the gradient.</param>
    /// <param name="inverseDeviation"><c>[channels]</c>, overwritten: <c>1 / sqrt(variance + eps)</c>, for the gradient.</param>
    /// <param name="ranks">The ranks whose parts the statistics are of, too; null for this batch alone.</param>
    void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, TActivation activation,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation, RankPass? ranks = null)
        where TActivation : unmanaged, IActivation;
}

/// <summary>
/// With <c>g = dy</c> masked by the ReLU, <c>v = (x - mean) inverseDeviation</c> and <c>m</c> pixels in the batch:
/// <c>dbeta = sum g</c>, <c>dgamma = sum g v</c>, <c>dx = gamma inverseDeviation (g - dbeta / m - v dgamma / m)</c>.
/// </summary>
interface IBatchNorm2dBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x">Input of the forward pass.</param>
    /// <param name="parameters">Scale and shift.</param>
    /// <param name="mean">As the forward pass left it.</param>
    /// <param name="inverseDeviation">As the forward pass left it.</param>
    /// <param name="relu">
    /// Whether the forward pass had a ReLU; its mask is found again from <paramref name="x"/>, by the same arithmetic. False where it had a residual.
    /// </param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input, or none; may be <paramref name="dy"/> or <paramref name="x"/> itself where it is overwritten.</param>
    /// <param name="dgamma"><c>[channels]</c>.</param>
    /// <param name="dbeta"><c>[channels]</c>.</param>
    /// <param name="accumulateData">Adds to the content of <paramref name="dx"/>.</param>
    /// <param name="accumulateGamma">Adds to the content of <paramref name="dgamma"/>.</param>
    /// <param name="accumulateBeta">Adds to the content of <paramref name="dbeta"/>.</param>
    /// <param name="residual">What the residual of the forward pass gets; nothing where there was none. With it there is a <paramref name="dx"/>.</param>
    /// <param name="ranks">
    /// The ranks whose parts the forward pass took its statistics of, too; null for this batch alone. The gradients of the weights are this rank's part.
    /// </param>
    void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, bool relu, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateData, bool accumulateGamma, bool accumulateBeta, in ResidualGradient residual = default,
        RankPass? ranks = null);

    /// <summary>The same after any activation: <c>g = dy act'</c>, whose derivative is found again from <paramref name="x"/>.</summary>
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x">Input of the forward pass.</param>
    /// <param name="parameters">Scale and shift.</param>
    /// <param name="mean">As the forward pass left it.</param>
    /// <param name="inverseDeviation">As the forward pass left it.</param>
    /// <param name="activation">The formula.</param>
    /// <param name="dy">Gradient of the output; its content may be lost.</param>
    /// <param name="dx">Gradient of the input, overwritten, or none; may be <paramref name="dy"/> itself.</param>
    /// <param name="dgamma"><c>[channels]</c>.</param>
    /// <param name="dbeta"><c>[channels]</c>.</param>
    /// <param name="accumulateGamma">Adds to the content of <paramref name="dgamma"/>.</param>
    /// <param name="accumulateBeta">Adds to the content of <paramref name="dbeta"/>.</param>
    /// <param name="ranks">As above.</param>
    void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, TActivation activation, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateGamma, bool accumulateBeta, RankPass? ranks = null)
        where TActivation : unmanaged, IActivation;
}

/// <summary>
/// The gradient of a normalisation by running statistics, which are constants: with <c>g = dy</c> masked by the ReLU,
/// <c>dx = gamma / sqrt(runningVariance + eps) g</c>. Scale and shift are frozen and get none.
/// </summary>
interface IBatchNorm2dFrozenBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x">Input of the forward pass; read only where <paramref name="relu"/> is true and the residual has no output.</param>
    /// <param name="parameters">Scale, shift and running statistics, which are only read.</param>
    /// <param name="relu">Whether the forward pass had a ReLU; its mask is found again from <paramref name="x"/>. False where it had a residual.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input; may be <paramref name="dy"/> or <paramref name="x"/> itself where it is overwritten.</param>
    /// <param name="accumulate">Adds to the content of <paramref name="dx"/>.</param>
    /// <param name="residual">What the residual of the forward pass gets; nothing where there was none.</param>
    void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView dy,
        DeviceView dx, bool accumulate, in ResidualGradient residual = default);

    /// <summary>The same after any activation: <c>g = dy act'</c>, whose derivative is found again from <paramref name="x"/>.</summary>
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x">Input of the forward pass.</param>
    /// <param name="parameters">Scale, shift and running statistics, which are only read.</param>
    /// <param name="activation">The formula.</param>
    /// <param name="dy">Gradient of the output; its content may be lost.</param>
    /// <param name="dx">Gradient of the input, overwritten; may be <paramref name="dy"/> itself.</param>
    void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, TActivation activation,
        DeviceView dy, DeviceView dx)
        where TActivation : unmanaged, IActivation;
}

/// <summary>The gradient of what was added to a normalised value: <c>g</c>, that of the output masked by the ReLU.</summary>
/// <param name="Y">Output of the forward pass, which masks all gradients where it is not above 0; none for no mask.</param>
/// <param name="Gradient">Overwritten or added to, may be the output's gradient itself; none where it is not needed.</param>
/// <param name="Accumulate">Adds to the content of <paramref name="Gradient"/>.</param>
readonly record struct ResidualGradient(DeviceView Y, DeviceView Gradient, bool Accumulate);

/// <summary>
/// Sizes of a batch normalisation: statistics are taken per channel over all pixels of all examples. They are checked when they are made.
/// </summary>
public readonly record struct BatchNormSizes
{
    /// <param name="Pixels">Rows times columns of one example; 1 for a vector of features.</param>
    /// <param name="Channels">Channels, or features.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public BatchNormSizes(int Pixels, int Channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Pixels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1);
        (this.Pixels, this.Channels) = (Pixels, Channels);
    }

    /// <summary>Rows times columns of one example.</summary>
    public int Pixels { get; }

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Elements of one example.</summary>
    public long Length => (long)Pixels * Channels;

    /// <summary>How sums over the batch are cut: into pixels, since no row of an image matters here.</summary>
    internal ReductionTree Tree => ReductionTree.Over(Pixels, 1);
}

/// <summary>What a batch normalisation holds, each of length channels.</summary>
/// <param name="Gamma">Scale.</param>
/// <param name="Beta">Shift.</param>
/// <param name="RunningMean">Mean over the batches so far; written once a training step.</param>
/// <param name="RunningVariance">Unbiased variance over the batches so far; written once a training step.</param>
/// <param name="Epsilon">Added to the variance before its root.</param>
/// <param name="Momentum">Weight of a new batch in the running statistics.</param>
readonly record struct BatchNormParameters(
    DeviceView Gamma, DeviceView Beta, DeviceView RunningMean, DeviceView RunningVariance, float Epsilon, float Momentum);
