using Nin;

namespace Nin.Samples;

/// <summary>Says of each of nine kinds of pictures whether one is anywhere in a mosaic: nine logits, each a yes or no of its own.</summary>
[Network(3, 64, 64, Classes = 9)]
[NinBlock(32, Kernel = 5, Stride = 2, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 3, Padding = 1, BatchNorm = true)]
[NinBlock(96, 96, 9, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalMaxPool2d]
[Flatten]
public sealed partial class MosaicNet;
