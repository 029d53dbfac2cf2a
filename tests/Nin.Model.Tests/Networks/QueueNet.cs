namespace Nin.Model.Tests.Networks;

/// <summary>Long enough a step that a reader out of order would see it half done, small enough for the emulator.</summary>
[Network(3, 20, 18, Classes = 6)]
[NinBlock(8, Kernel = 3, Padding = 1, BatchNorm = true)]
[MaxPool2d(3, Stride = 2)]
[Dropout(0.5)]
[NinBlock(12, 8, 6, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class QueueNet;
