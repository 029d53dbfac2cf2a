namespace Nin.Runner.Studies;

// The same questions at a size that two cores answer in minutes: the book's layers over 28 x 28 pixels, about a sixth as wide.

/// <summary>The book's network in small: four blocks, pooling between them, dropout before the last, and a ReLU before the loss.</summary>
[Network(1, 28, 28, Classes = 10, Init = Init.Xavier)]
[NinBlock(16, Kernel = 5, Stride = 2, Padding = 2)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(40, Kernel = 5, Padding = 2)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 3, Padding = 1)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Dropout(0.5)]
[NinBlock(10, Kernel = 3, Padding = 1, LastRelu = true)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class MiniBook;

/// <summary><see cref="MiniBook"/> with one 1x1 convolution per block.</summary>
[Network(1, 28, 28, Classes = 10, Init = Init.Xavier)]
[NinBlock(16, Kernel = 5, Stride = 2, Padding = 2, Pointwise = 1)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(40, Kernel = 5, Padding = 2, Pointwise = 1)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 3, Padding = 1, Pointwise = 1)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Dropout(0.5)]
[NinBlock(10, Kernel = 3, Padding = 1, Pointwise = 1, LastRelu = true)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class MiniOnePointwise;

/// <summary><see cref="MiniBook"/> without 1x1 convolutions.</summary>
[Network(1, 28, 28, Classes = 10, Init = Init.Xavier)]
[NinBlock(16, Kernel = 5, Stride = 2, Padding = 2, Pointwise = 0)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(40, Kernel = 5, Padding = 2, Pointwise = 0)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 3, Padding = 1, Pointwise = 0)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Dropout(0.5)]
[NinBlock(10, Kernel = 3, Padding = 1, Pointwise = 0, LastRelu = true)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class MiniNoPointwise;

/// <summary><see cref="MiniBook"/> without the ReLU before the loss.</summary>
[Network(1, 28, 28, Classes = 10, Init = Init.Xavier)]
[LayersOf<MiniBook>(Until = nameof(MiniBook.Dropout1))]
[NinBlock(10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class MiniNoLastRelu;

/// <summary><see cref="MiniOnePointwise"/> without the ReLU before the loss.</summary>
[Network(1, 28, 28, Classes = 10, Init = Init.Xavier)]
[LayersOf<MiniOnePointwise>(Until = nameof(MiniOnePointwise.Dropout1))]
[NinBlock(10, Kernel = 3, Padding = 1, Pointwise = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class MiniOnePointwiseNoLastRelu;

/// <summary><see cref="MiniNoPointwise"/> without the ReLU before the loss.</summary>
[Network(1, 28, 28, Classes = 10, Init = Init.Xavier)]
[LayersOf<MiniNoPointwise>(Until = nameof(MiniNoPointwise.Dropout1))]
[NinBlock(10, Kernel = 3, Padding = 1, Pointwise = 0, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class MiniNoPointwiseNoLastRelu;

/// <summary>64 channels become 10 in two steps, by way of 24.</summary>
[Network(1, 28, 28, Classes = 10, Init = Init.Xavier)]
[LayersOf<MiniBook>(Until = nameof(MiniBook.Dropout1))]
[NinBlock(24, Kernel = 3, Padding = 1)]
[NinBlock(10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class MiniTwoSteps;

/// <summary>The last block keeps 64 channels, and its last 1x1 convolution alone reduces them.</summary>
[Network(1, 28, 28, Classes = 10, Init = Init.Xavier)]
[LayersOf<MiniBook>(Until = nameof(MiniBook.Dropout1))]
[NinBlock(64, 64, 10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class MiniWideLast;
