namespace Nin.Ops;

/// <summary>Gives each output's gradient to the element that <see cref="IMaxPool2dForwardPicks"/> picked.</summary>
interface IMaxPool2dBackwardPicks : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="picks">As the forward pass left them.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input.</param>
    /// <param name="mask">
    /// Leaves out elements that are not above 0: what the gradient of a ReLU in front of the pooling does. All windows that pick an element
    /// agree on its sign, so that the sums are those of <paramref name="dx"/> masked afterwards.
    /// </param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView picks, DeviceView dy, DeviceView dx, bool mask, bool accumulate);
}
