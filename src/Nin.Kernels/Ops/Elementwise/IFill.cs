namespace Nin.Ops;

/// <summary>Writes one value everywhere.</summary>
interface IFill : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="value">The value.</param>
    /// <param name="y">Any shape, overwritten.</param>
    void Run(DeviceStream stream, float value, DeviceView y);
}
