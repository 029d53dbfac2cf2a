namespace Nin.Ops;

/// <summary><c>dx = y > 0 ? dy : slope dy</c>. The output says which side an element was on, so the input need not be kept.</summary>
interface IReluBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="slope">Slope below zero, 0 or more.</param>
    /// <param name="y">Output of the forward pass.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input; may be <paramref name="dy"/> itself where it is overwritten.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    void Run(DeviceStream stream, float slope, DeviceView y, DeviceView dy, DeviceView dx, bool accumulate);
}
