namespace Nin.Ops;

/// <summary><c>y = x > 0 ? x : slope x</c>: ReLU with slope 0, leaky ReLU otherwise. NaN stays NaN.</summary>
interface IReluForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="slope">Slope below zero, 0 or more.</param>
    /// <param name="x">Any shape.</param>
    /// <param name="y">The same length, overwritten; may be <paramref name="x"/> itself.</param>
    void Run(DeviceStream stream, float slope, DeviceView x, DeviceView y);
}
