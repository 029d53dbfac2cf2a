namespace Nin.Model.Tests.Published;

/// <summary>Network in Network (Lin, Chen and Yan 2013, arXiv 1312.4400) as chapter 7.3 of <i>Dive into Deep Learning</i> has it.</summary>
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
