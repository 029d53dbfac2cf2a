namespace Nin.Runner.Models;

/// <summary>The book's network with one 1x1 convolution per block instead of two, which shows what the second one is worth.</summary>
[Network(1, 224, 224, Classes = 10, Init = Init.Xavier)]
[NinBlock(96, Kernel = 11, Stride = 4, Pointwise = 1)]
[MaxPool2d(3, Stride = 2)]
[NinBlock(256, Kernel = 5, Padding = 2, Pointwise = 1)]
[MaxPool2d(3, Stride = 2)]
[NinBlock(384, Kernel = 3, Padding = 1, Pointwise = 1)]
[MaxPool2d(3, Stride = 2)]
[Dropout(0.5)]
[NinBlock(10, Kernel = 3, Padding = 1, Pointwise = 1, LastRelu = true)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BookOnePointwise;
