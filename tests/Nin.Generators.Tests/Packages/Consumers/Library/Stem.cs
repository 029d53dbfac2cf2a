using Nin;

namespace Library;

/// <summary>Gives 8 channels of 12 x 10.</summary>
[Network(3, 24, 20)]
[Conv2d(8, Kernel = 3, Padding = 1)]
[Relu]
[MaxPool2d(2)]
public sealed partial class Stem;
