namespace Nin.Model.Tests.Training;

/// <summary><see cref="PlainMnist"/> with batch normalisation.</summary>
[Network(1, 28, 28, Classes = 10)]
[NinBlock(96, 64, 48, Kernel = 5, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(128, 96, 48, Kernel = 5, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(128, 96, 10, Kernel = 5, Padding = 2, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
sealed partial class NormalizedMnist;
