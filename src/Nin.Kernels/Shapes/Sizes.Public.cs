namespace Nin.Shapes.Sizes;

// Nin.Kernels shows the size formulas; the generator, which links the same files, keeps them internal.
public static partial class WindowSize;
public static partial class SlotSize;
public static partial class LayerDefaults;
public readonly partial struct StepMemory;
