namespace Nin.Ops;

/// <summary><c>y = act(x w + bias)</c> over pixels as they lie.</summary>
interface IPointwiseForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="w"><c>[channels, filters]</c>.</param>
    /// <param name="bias"><c>[filters]</c>, or none.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, pixels, filters]</c>, overwritten.</param>
    void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y);
}
