namespace Nin.Ops;

/// <summary><c>y = act(x * w + bias)</c>: the cross-correlation of a batch, with its bias and ReLU in the store.</summary>
interface IConv2dForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="w"><c>[kernel, kernel, channels / groups, filters]</c>.</param>
    /// <param name="bias"><c>[filters]</c>, or none.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, filters]</c>, overwritten.</param>
    void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y);
}
