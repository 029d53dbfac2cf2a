namespace Nin.Ops;

/// <summary>A weight gradient of one shape of group.</summary>
interface IGroupGradient
{
    /// <summary>Computes all tiles.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="partials"><c>[slices, stride]</c>, from the first weight on.</param>
    void Run(DeviceStream stream, in GroupGradientSizes sizes, DeviceView x, DeviceView dy, DeviceView partials);
}
