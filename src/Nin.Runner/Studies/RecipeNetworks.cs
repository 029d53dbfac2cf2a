namespace Nin.Runner.Studies;

/// <summary>
/// Five blocks of 3x3 convolutions with batch normalisation, two a size: what the preset <c>accurate</c> trains. Its first blocks have fewer 1x1 convolutions,
/// which cost as much memory traffic as 3x3 ones there.
/// </summary>
[Network(1, 28, 28, Classes = 10)]
[NinBlock(64, Kernel = 3, Padding = 1, Pointwise = 1, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(128, Kernel = 3, Padding = 1, Pointwise = 0, BatchNorm = true)]
[NinBlock(128, Kernel = 3, Padding = 1, Pointwise = 1, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(192, Kernel = 3, Padding = 1, Pointwise = 0, BatchNorm = true)]
[NinBlock(192, 192, 10, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class Deep28;
