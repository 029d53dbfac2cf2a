using Nin.Model.Tests.Published;

namespace Nin.Model.Tests.Networks;

/// <summary>Blocks in a block, shortcuts with and without a projection, and a network's input with three readers.</summary>
[Network(3, 9, 11, Classes = 5)]
[Conv2d(3, Kernel = 3, Padding = 1)]
[Add(nameof(Conv1), "input")]
[LayersOf<TwoStages>(Name = "Trunk", Filters = 4, Stride = 2)]
[Conv2d(4, Kernel = 3, Stride = 2, Padding = 1, From = "input")]
[Concat(nameof(Trunk_Stage1_2_Relu2), nameof(Conv2), nameof(Trunk_Stage2_Relu2))]
[Pointwise(5)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BlockNet;
