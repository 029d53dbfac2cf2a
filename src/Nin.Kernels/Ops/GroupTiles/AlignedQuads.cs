using ILGPU;

namespace Nin.Ops;

/// <summary>At once: channels come in fours, so that a tap's four lie side by side, and the source starts at a multiple of 16 bytes.</summary>
readonly struct AlignedQuads : IWindowQuads
{
    public Float4 Load(WindowMap map, ArrayView<float> x, WindowPixel pixel, TapPlace place)
    {
        long source = pixel.Source(map, place);
        Float4 quad = default;
        if (source >= 0) quad = x.Cast<Float4>()[source / Float4.Length];
        return quad;
    }
}
