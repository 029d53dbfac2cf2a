namespace Nin.Model.Tests.Training;

/// <summary>The MNIST network of Network in Network (Lin, Chen and Yan 2013) without its dropouts, which an oracle cannot repeat.</summary>
[Network(1, 28, 28, Classes = 10)]
[NinBlock(96, 64, 48, Kernel = 5, Padding = 2)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(128, 96, 48, Kernel = 5, Padding = 2)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(128, 96, 10, Kernel = 5, Padding = 2, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
sealed partial class PlainMnist;
