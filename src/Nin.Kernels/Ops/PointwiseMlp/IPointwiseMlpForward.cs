namespace Nin.Ops;

/// <summary><c>h = relu(x w1 + b1)</c>, <c>y = act(h w2 + b2)</c> over pixels, as one launch.</summary>
interface IPointwiseMlpForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="weights">Both layers' parameters.</param>
    /// <param name="lastRelu">Whether the second layer has a ReLU, too.</param>
    /// <param name="h"><c>[n, pixels, hidden]</c>, overwritten; none where no gradient will be asked for.</param>
    /// <param name="y"><c>[n, pixels, filters]</c>, overwritten.</param>
    void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, in PointwiseMlpWeights weights, bool lastRelu, DeviceView h, DeviceView y);
}
