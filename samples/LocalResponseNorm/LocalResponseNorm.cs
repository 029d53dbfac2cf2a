using Nin.Layers;

namespace Nin.Samples;

/// <summary>
/// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3, with the numbering of PyTorch's <c>LocalResponseNorm</c>):
/// <c>y[c] = x[c] / (k + alpha / size * sum x[j]^2)^beta</c>, where j runs over the <c>size</c> channels around c. The shape is unchanged. (The library has it as <c>[LocalResponseNorm]</c>; here it is a layer of one's own.)
/// </summary>
/// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
/// <param name="device">Where it runs.</param>
/// <param name="name">Its name in the network.</param>
/// <param name="size">Channels of the window, 1 or more.</param>
/// <param name="alpha">Factor of the mean square.</param>
/// <param name="beta">Exponent.</param>
/// <param name="k">The constant that is added, above 0.</param>
public sealed class Lrn<TShape>(Device device, string name, int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    : StepLayer<TShape, TShape, LrnStep>(device, name, new LrnStep(TShape.Shape, size, alpha, beta, k))
    where TShape : struct, IShape;

/// <summary>
/// The step: what tape and networks run. Its gradient reads the input and the sums that the forward pass kept, one for each output, and it can
/// write over the output's gradient, element by element.
/// </summary>
[StepMemory(ReadsOutput = false, SavedPerOutput = 1, CanOverwriteGradient = true)]
public sealed class LrnStep : Step
{
    readonly WindowNumbers window;

    /// <param name="shape">Shape of one example.</param>
    /// <param name="size">Channels of the window, 1 or more.</param>
    /// <param name="alpha">Factor of the mean square.</param>
    /// <param name="beta">Exponent.</param>
    /// <param name="k">The constant that is added, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LrnStep(Shape shape, int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
        : base(shape, shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (!(alpha >= 0)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "alpha must be 0 or more.");
        if (!(k > 0)) throw new ArgumentOutOfRangeException(nameof(k), k, "k must be above 0: it keeps the sum from being zero.");
        window = new WindowNumbers(shape.Channels, size, (float)(alpha / size), (float)beta, (float)k);
    }

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => Forward(pass, x, y, pass.Scratch(pass.Batch * Output.Length));

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => Forward(pass, x, y, saved.PerExample);

    void Forward(in Pass pass, DeviceView x, DeviceView y, DeviceView sums)
    {
        long length = pass.Batch * Output.Length;
        if (pass.IsCpu)
            pass.Run(Pieces(pass), new ForwardOnCpu(pass, window, Row, x.Slice(0, length), y.Slice(0, length), sums.Slice(0, length)));
        else
            pass.Launch(LrnKernels.Forward, pass.Over(length), window, length, pass.Array(x), pass.Array(y), pass.Array(sums));
    }

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (o.DX.IsNone) return;
        long length = pass.Batch * Output.Length;
        var sums = o.Saved.PerExample;
        var terms = pass.Scratch(length);
        if (pass.IsCpu)
        {
            pass.Run(Pieces(pass), new BackwardOnCpu(
                pass, window, Row, o.X.Slice(0, length), sums.Slice(0, length), o.DY.Slice(0, length), terms, o.DX.Slice(0, length), o.Accumulate));
            return;
        }

        // The second kernel reads what the first wrote: launches of a pass run in order.
        pass.Launch(LrnKernels.Terms, pass.Over(length), window, length, pass.Array(o.X), pass.Array(sums), pass.Array(o.DY), pass.Array(terms));
        pass.Launch(
            LrnKernels.Backward, pass.Over(length), window with { Accumulate = o.Accumulate ? 1 : 0 }, length, pass.Array(o.X), pass.Array(sums),
            pass.Array(o.DY), pass.Array(terms), pass.Array(o.DX));
    }

    // One piece is a row of pixels.
    int Pieces(in Pass pass) => pass.Batch * Output.Height;

    int Row => Output.Width * Output.Channels;
}

/// <summary>The numbers that the kernels read: a public struct of numbers, as ILGPU's CPU accelerator asks for.</summary>
/// <param name="Channels">Channels, which are side by side in memory.</param>
/// <param name="Size">Channels of the window.</param>
/// <param name="Alpha">Factor of the sum of squares.</param>
/// <param name="Beta">Exponent.</param>
/// <param name="K">What is added.</param>
/// <param name="Accumulate">1 where the gradient is added to what is already there. (A kernel's arguments hold no bool.)</param>
public readonly record struct WindowNumbers(int Channels, int Size, float Alpha, float Beta, float K, int Accumulate = 0)
{
    /// <summary>Channels of the window before its middle; one fewer or as many come after it.</summary>
    public int Before => Size / 2;

    /// <summary>Channels of the window after its middle.</summary>
    public int After => (Size - 1) / 2;
}
