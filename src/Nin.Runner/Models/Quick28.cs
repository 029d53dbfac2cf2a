namespace Nin.Runner.Models;

/// <summary>A small NiN with batch normalisation that learns Fashion-MNIST well in minutes on a CPU.</summary>
[Network(1, 28, 28, Classes = 10)]
[NinBlock(32, Kernel = 5, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 5, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(96, 96, 10, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class Quick28;
