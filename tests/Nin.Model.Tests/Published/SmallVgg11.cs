namespace Nin.Model.Tests.Published;

/// <summary>VGG-11 over images of which its last pooling leaves a pixel.</summary>
[Network(3, 32, 32, Classes = 1000)]
[LayersOf<Vgg11>]
public sealed partial class SmallVgg11;
