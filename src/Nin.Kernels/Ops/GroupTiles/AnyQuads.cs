using ILGPU;

namespace Nin.Ops;

/// <summary>One by one: any number of channels.</summary>
readonly struct AnyQuads : IWindowQuads
{
    public Float4 Load(WindowMap map, ArrayView<float> x, WindowPixel pixel, TapPlace place)
    {
        Float4 quad;
        quad.S0 = At(map, x, pixel, place);
        place = place.Behind(map, 1);
        quad.S1 = At(map, x, pixel, place);
        place = place.Behind(map, 1);
        quad.S2 = At(map, x, pixel, place);
        place = place.Behind(map, 1);
        quad.S3 = At(map, x, pixel, place);
        return quad;
    }

    static float At(WindowMap map, ArrayView<float> x, WindowPixel pixel, TapPlace place)
    {
        long source = pixel.Source(map, place);
        float value = 0;
        if (source >= 0) value = x[source];
        return value;
    }
}
