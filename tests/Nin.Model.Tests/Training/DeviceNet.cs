namespace Nin.Model.Tests.Training;

/// <summary>Every kind of op of a training step, small enough for the emulator.</summary>
[Network(2, 9, 7, Classes = 5)]
[NinBlock(6, Kernel = 3, Padding = 1)]
[MaxPool2d(3, Stride = 2)]
[NinBlock(9, 8, 5, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class DeviceNet;
