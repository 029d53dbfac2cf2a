namespace Nin.Ops;

/// <summary>A window product of one shape of group.</summary>
interface IGroupProduct
{
    /// <summary>Computes all tiles.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes.</param>
    /// <param name="x"><c>[n, source pixels, groups * depth]</c>.</param>
    /// <param name="matrix">The weights, as <see cref="WeightMatrix"/> orders them.</param>
    /// <param name="bias"><c>[groups * columns]</c>; any view where there is none.</param>
    /// <param name="y"><c>[n, pixels, groups * columns]</c>.</param>
    void Run(DeviceStream stream, in GroupProductSizes sizes, DeviceView x, DeviceView matrix, DeviceView bias, DeviceView y);
}
