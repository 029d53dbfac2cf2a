namespace Nin.Ops;

/// <summary>Spreads each output's gradient evenly over its window.</summary>
interface IAvgPool2dBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView dy, DeviceView dx, bool accumulate);
}
