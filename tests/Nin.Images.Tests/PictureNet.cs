namespace Nin.Images.Tests;

[Network(3, 12, 12, Classes = 3)]
[NinBlock(8, Kernel = 3, Padding = 1)]
[MaxPool2d(2, Stride = 2)]
[NinBlock(3, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class PictureNet;

[Network(1, 10, 12, Classes = 4)]
[Conv2d(4, Kernel = 3)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class OtherNet;
