namespace Nin.Runner.Studies;

/// <summary>
/// The same five blocks as <see cref="Deep28"/>, narrower, and 1x1 convolutions in the last alone: what the preset <c>quick</c> trains. A step takes as long as one of
/// <see cref="Models.Quick28"/>, whose 5x5 convolutions are fewer, and learns more.
/// </summary>
[Network(1, 28, 28, Classes = 10)]
[NinBlock(32, Kernel = 3, Padding = 1, Pointwise = 0, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 3, Padding = 1, Pointwise = 0, BatchNorm = true)]
[NinBlock(64, Kernel = 3, Padding = 1, Pointwise = 0, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(128, Kernel = 3, Padding = 1, Pointwise = 0, BatchNorm = true)]
[NinBlock(128, 128, 10, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class Slim28;

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
