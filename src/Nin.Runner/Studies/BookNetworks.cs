using Nin.Runner.Models;

namespace Nin.Runner.Studies;

// What the studies ask of the book's network at its own size, 224 x 224, beside the networks that ship.

/// <summary>The book's network without its 1x1 convolutions.</summary>
[Network(1, 224, 224, Classes = 10, Init = Init.Xavier)]
[NinBlock(96, Kernel = 11, Stride = 4, Pointwise = 0)]
[MaxPool2d(3, Stride = 2)]
[NinBlock(256, Kernel = 5, Padding = 2, Pointwise = 0)]
[MaxPool2d(3, Stride = 2)]
[NinBlock(384, Kernel = 3, Padding = 1, Pointwise = 0)]
[MaxPool2d(3, Stride = 2)]
[Dropout(0.5)]
[NinBlock(10, Kernel = 3, Padding = 1, Pointwise = 0, LastRelu = true)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BookNoPointwise;

/// <summary>The book's network without the ReLU before the loss.</summary>
[Network(1, 224, 224, Classes = 10, Init = Init.Xavier)]
[LayersOf<BookNin>(Until = nameof(BookNin.Dropout1))]
[NinBlock(10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BookNoLastRelu;

/// <summary><see cref="BookOnePointwise"/> without the ReLU before the loss.</summary>
[Network(1, 224, 224, Classes = 10, Init = Init.Xavier)]
[LayersOf<BookOnePointwise>(Until = nameof(BookOnePointwise.Dropout1))]
[NinBlock(10, Kernel = 3, Padding = 1, Pointwise = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BookOnePointwiseNoLastRelu;

/// <summary><see cref="BookNoPointwise"/> without the ReLU before the loss.</summary>
[Network(1, 224, 224, Classes = 10, Init = Init.Xavier)]
[LayersOf<BookNoPointwise>(Until = nameof(BookNoPointwise.Dropout1))]
[NinBlock(10, Kernel = 3, Padding = 1, Pointwise = 0, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BookNoPointwiseNoLastRelu;

/// <summary>Exercise 4: 384 channels become 10 in two steps, by way of 64.</summary>
[Network(1, 224, 224, Classes = 10, Init = Init.Xavier)]
[LayersOf<BookNin>(Until = nameof(BookNin.Dropout1))]
[NinBlock(64, Kernel = 3, Padding = 1)]
[NinBlock(10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BookTwoSteps;

/// <summary>Exercise 4: the last block keeps 384 channels, and its last 1x1 convolution alone reduces them.</summary>
[Network(1, 224, 224, Classes = 10, Init = Init.Xavier)]
[LayersOf<BookNin>(Until = nameof(BookNin.Dropout1))]
[NinBlock(384, 384, 10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BookWideLast;

/// <summary>Exercise 3: the channels that the book's figures were counted for.</summary>
[Network(3, 224, 224, Classes = 10, Init = Init.Xavier)]
[LayersOf<BookNin>]
public sealed partial class BookThreeChannels;
