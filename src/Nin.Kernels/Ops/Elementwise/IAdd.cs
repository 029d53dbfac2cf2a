namespace Nin.Ops;

/// <summary><c>y = act(a + b)</c>: the sum of two branches, and the accumulation of gradients.</summary>
interface IAdd : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="a">Any shape.</param>
    /// <param name="b">The same length.</param>
    /// <param name="y">The same length, overwritten; may be <paramref name="a"/> or <paramref name="b"/>.</param>
    void Run(DeviceStream stream, DeviceView a, DeviceView b, DeviceView y);
}
