namespace Nin.Model.Tests.Networks;

/// <summary>A part of a network with one shape in and out, which begins without parameters.</summary>
[Network(6, 9, 8)]
[AvgPool2d(3, Stride = 1, Padding = 1)]
[Conv2d(6, Kernel = 3, Padding = 1)]
[Add(nameof(Conv1), nameof(Pool1))]
public sealed partial class RefineNet;
