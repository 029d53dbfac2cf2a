using ILGPU;

namespace Nin.Ops;

/// <summary>How four neighbouring elements of a pixel's window are read; a struct, so that each way is a kernel of its own.</summary>
interface IWindowQuads
{
    /// <summary>The elements from a place on, zeros outside.</summary>
    Float4 Load(WindowMap map, ArrayView<float> x, WindowPixel pixel, TapPlace place);
}
