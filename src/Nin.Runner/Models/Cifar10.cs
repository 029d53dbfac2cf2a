namespace Nin.Runner.Models;

/// <summary>The network that Lin, Chen and Yan (2013) trained on CIFAR-10, without the ReLU before the loss.</summary>
[Network(3, 32, 32, Classes = 10)]
[NinBlock(192, 160, 96, Kernel = 5, Padding = 2)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Dropout(0.5)]
[NinBlock(192, Kernel = 5, Padding = 2)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Dropout(0.5)]
[NinBlock(192, 192, 10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class Cifar10;
