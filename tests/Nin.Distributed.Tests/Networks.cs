using Nin;

namespace Nin.Distributed.Tests;

/// <summary>Every kind of sum over a batch, without batch normalisation: windows, pointwise layers, depthwise, a linear layer; dropout, a residual.</summary>
[Network(1, 28, 28, Classes = 10)]
[Conv2d(16, Kernel = 5, Padding = 2)]
[Relu]
[MaxPool2d(2)]
[NinBlock(24, 16, 24, Kernel = 3, Padding = 1)]
[Dropout(0.3)]
[Conv2d(24, Kernel = 3, Padding = 1, Groups = 24)]
[Add(nameof(Block1), nameof(Conv2))]
[Relu]
[MaxPool2d(2)]
[Flatten]
[Linear(10)]
public sealed partial class PlainNet;

/// <summary>Batch normalisation after convolutions, with a residual, and alone.</summary>
[Network(1, 28, 28, Classes = 10)]
[NinBlock(16, Kernel = 5, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Conv2d(16, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Add(nameof(Pool1), nameof(Norm1))]
[Relu]
[BatchNorm2d]
[NinBlock(16, 16, 10, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class NormNet;

/// <summary>The same kinds, small enough for an emulated GPU.</summary>
[Network(1, 11, 9, Classes = 10)]
[Conv2d(6, Kernel = 3)]
[Relu]
[MaxPool2d(2)]
[NinBlock(8, 6, 8, Kernel = 3, Padding = 1)]
[Dropout(0.3)]
[Conv2d(8, Kernel = 3, Padding = 1, Groups = 8)]
[Add(nameof(Block1), nameof(Conv2))]
[Relu]
[Flatten]
[Linear(10)]
public sealed partial class TinyNet;

/// <summary>With batch normalisation.</summary>
[Network(1, 11, 9, Classes = 10)]
[NinBlock(6, 4, 10, Kernel = 3, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class TinyNormNet;
