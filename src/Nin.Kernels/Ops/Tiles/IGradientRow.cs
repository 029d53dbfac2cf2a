using ILGPU;

namespace Nin.Ops;

/// <summary>How a weight gradient reads eight filters of an output's gradient; a struct, so that each way is a kernel of its own.</summary>
interface IGradientRow
{
    Float8 Load(ArrayView<float> dy, ArrayView<float> mask, long index, WindowGradientSizes sizes);
}
