namespace Nin.Ops;

/// <summary>All gradients of a pixel's perceptron. Sums over the batch follow <see cref="Slices"/>.</summary>
interface IPointwiseMlpBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="h"><c>[n, pixels, hidden]</c> as the forward pass left it; its content is lost.</param>
    /// <param name="y"><c>[n, pixels, filters]</c>, the output of the forward pass; read only where <paramref name="lastRelu"/> is true.</param>
    /// <param name="lastRelu">Whether the second layer had a ReLU that <paramref name="dy"/> is not masked by yet.</param>
    /// <param name="weights">Both layers' parameters.</param>
    /// <param name="dy"><c>[n, pixels, filters]</c>; its content is lost.</param>
    /// <param name="dx">
    /// <c>[n, pixels, channels]</c>, or none where it is not needed; it may be <paramref name="dy"/> where they are as long and nothing is added.
    /// </param>
    /// <param name="gradients">Where the parameters' gradients go.</param>
    /// <param name="accumulateData">Adds to what stands in <paramref name="dx"/>.</param>
    /// <param name="accumulateWeights">Adds to what stands in <paramref name="gradients"/>.</param>
    void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, DeviceView h, DeviceView y, bool lastRelu,
        in PointwiseMlpWeights weights, DeviceView dy, DeviceView dx, in PointwiseMlpGradients gradients,
        bool accumulateData, bool accumulateWeights);
}
