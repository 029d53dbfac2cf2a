using Nin;

namespace Nin.Samples;

/// <summary>Tells the nine categories of emoji apart, from drawings of 64 x 64 pixels.</summary>
[Network(3, 64, 64, Classes = 9)]
[NinBlock(32, Kernel = 5, Stride = 2, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 3, Padding = 1, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(128, Kernel = 3, Padding = 1, BatchNorm = true)]
[Dropout(0.3)]
[NinBlock(128, 128, 9, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class EmojiNet;
