using ILGPU;

namespace Nin;

/// <summary>A piece of a block: what an arena hands out. It starts on a multiple of 256 bytes.</summary>
/// <param name="Block">Where it lies.</param>
/// <param name="Offset">Its first float32 element.</param>
/// <param name="Length">Elements, rounded up to whole slots of 256 bytes.</param>
readonly record struct ArenaRange(ArenaBlock Block, long Offset, long Length)
{
    /// <summary>Its first elements as an accelerator sees them.</summary>
    public ArrayView<float> View(long length) => Block.Memory.View.BaseView.SubView(Offset, length);
}
