using Nin;

namespace Nin.Samples;

/// <summary>A new head on an old body: the layers of the imported network, and a linear layer for the classes of the folder.</summary>
[Network(3, 224, 224, Classes = 8)]
[LayersOf<ResNet18>]
[Flatten]
[Linear(8, Name = "Head")]
public sealed partial class PhotoNet;
