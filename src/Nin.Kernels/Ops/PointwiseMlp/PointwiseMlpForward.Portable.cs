namespace Nin.Ops;

/// <summary>
/// Two products one after the other, the hidden activations in memory between them: for devices whose products outrun a kernel that keeps
/// them on the chip by more than that memory costs.
/// </summary>
sealed class PointwiseMlpForwardPortable(IWindowProduct product) : IPointwiseMlpForward
{
    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, in PointwiseMlpWeights weights, bool lastRelu, DeviceView h,
        DeviceView y)
    {
        Conv2dSizes first = sizes.First.AsConv2d, second = sizes.Second.AsConv2d;
        PanelLayout firstLayout = PanelLayout.Forward(first), secondLayout = PanelLayout.Forward(second);
        // Both products' weights in turn; behind them the hidden activations, where nobody else wants them.
        long weightLength = Math.Max(product.ScratchLength(firstLayout, weights.First), product.ScratchLength(secondLayout, weights.Second));
        long hiddenLength = h.IsNone ? n * first.OutputLength : 0;
        var scratch = stream.Scratch(weightLength + hiddenLength);
        var hidden = h.IsNone ? scratch.Slice(weightLength, hiddenLength) : h;
        product.Run(
            stream, typeof(PointwiseMlpForwardPortable), WindowMap.Forward(first), firstLayout, n, x, weights.First, scratch, weights.FirstBias,
            relu: true, hidden, StoreMode.Overwrite);
        product.Run(
            stream, typeof(PointwiseMlpForwardPortable), WindowMap.Forward(second), secondLayout, n, hidden, weights.Second, scratch,
            weights.SecondBias, lastRelu, y, StoreMode.Overwrite);
    }
}
