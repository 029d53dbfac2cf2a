namespace Nin.Samples.Tests;

/// <summary>A small network, declared.</summary>
[Network(1, 8, 8, Classes = 10)]
[Conv2d(4, Kernel = 3, Padding = 1)]
[Relu]
[Conv2d(10)]
[GlobalAvgPool2d]
[Flatten]
sealed partial class SmallNet;
