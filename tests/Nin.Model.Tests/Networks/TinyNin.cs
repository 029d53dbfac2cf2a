namespace Nin.Model.Tests.Networks;

/// <summary>NiN in small: a block whose 1x1 convolutions are one op, and one with batch normalisation, dropout between them.</summary>
[Network(1, 28, 28, Classes = 10)]
[NinBlock(8, Kernel = 5, Padding = 2)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Dropout(0.5)]
[NinBlock(12, 12, 10, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class TinyNin;
