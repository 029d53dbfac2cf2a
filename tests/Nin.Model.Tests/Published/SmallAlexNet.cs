namespace Nin.Model.Tests.Published;

/// <summary>AlexNet over the smallest images of which its last pooling leaves a pixel.</summary>
[Network(3, 63, 63, Classes = 1000)]
[LayersOf<AlexNet>]
public sealed partial class SmallAlexNet;
