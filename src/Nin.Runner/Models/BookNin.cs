namespace Nin.Runner.Models;

/// <summary>
/// NiN as chapter 7.3 of <i>Dive into Deep Learning</i> trains it: images of 28 x 28 enlarged to 224 x 224, Xavier initialisation, and a
/// ReLU after the last convolution.
/// </summary>
[Network(1, 224, 224, Classes = 10, Init = Init.Xavier)]
[NinBlock(96, Kernel = 11, Stride = 4)]
[MaxPool2d(3, Stride = 2)]
[NinBlock(256, Kernel = 5, Padding = 2)]
[MaxPool2d(3, Stride = 2)]
[NinBlock(384, Kernel = 3, Padding = 1)]
[MaxPool2d(3, Stride = 2)]
[Dropout(0.5)]
[NinBlock(10, Kernel = 3, Padding = 1, LastRelu = true)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BookNin;
