using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3, with the numbers of <c>torch.nn.LocalResponseNorm</c>):
/// <c>y[c] = x[c] / (k + alpha / size sum x[j]^2)^beta</c> over the <c>size</c> channels j around c.
/// </summary>
public sealed class LocalResponseNormStep : Step
{
    readonly ResponseWindow window;

    /// <param name="shape">Shape of one example, in and out.</param>
    /// <param name="size">Channels of the window, 1 or more; of an even number one more lies before the middle than after it.</param>
    /// <param name="alpha">Factor of the mean square, 0 or more.</param>
    /// <param name="beta">Exponent, 0 or more.</param>
    /// <param name="k">What is added, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LocalResponseNormStep(
        Shape shape, int size, double alpha = LayerDefaults.ResponseAlpha, double beta = LayerDefaults.ResponseBeta, double k = LayerDefaults.ResponseK)
        : base(shape, shape, StepMemory.LocalResponseNorm(shape.Length))
    {
        if (size is < 1 or > LayerDefaults.MostResponseChannels)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"The window of a local response normalisation has 1 to {LayerDefaults.MostResponseChannels} channels.");
        RequireFrom0(alpha, nameof(alpha));
        RequireFrom0(beta, nameof(beta));
        if (!(k > 0) || !float.IsFinite((float)k)) throw new ArgumentOutOfRangeException(nameof(k), k, "k must be a finite number above 0: it keeps the sum from being zero.");
        window = new ResponseWindow(shape.Channels, size, (float)(alpha / size), (float)beta, (float)k);
    }

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => Forward(pass, x, y, default);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => Forward(pass, x, y, saved.PerExample);

    void Forward(in Pass pass, DeviceView x, DeviceView y, DeviceView sums) =>
        pass.Op<ILocalResponseNormForward>().Run(pass.Stream, window, (long)pass.Batch * Input.Pixels, x, y, sums);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (o.DX.IsNone) return;
        pass.Op<ILocalResponseNormBackward>().Run(pass.Stream, window, (long)pass.Batch * Input.Pixels, o.X, o.Saved.PerExample, o.DY, o.DX, o.Accumulate);
    }

    static void RequireFrom0(double value, string name)
    {
        if (!(value >= 0) || !float.IsFinite((float)value)) throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number, 0 or more.");
    }
}
