namespace Nin.Model.Tests.Networks;

/// <summary>Branches of different depth over one value, side by side; blocks with one 1x1 convolution, with none and with three.</summary>
[Network(2, 8, 7, Classes = 4)]
[NinBlock(6, Kernel = 3, Padding = 1, Pointwise = 1, Name = "Stem")]
[Pointwise(3, From = nameof(Stem))]
[NinBlock(4, Pointwise = 0, Kernel = 5, Padding = 2, From = nameof(Stem))]
[MaxPool2d(3, Stride = 1, Padding = 1, From = nameof(Stem))]
[Concat(nameof(Pointwise1), nameof(Block2), nameof(Pool1))]
[NinBlock(5, 6, 5, 4, Kernel = 3, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class InceptionNet;
