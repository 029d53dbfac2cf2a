namespace Nin.Model.Tests.Published;

/// <summary>The inception block over small images, with a head that a loss can follow.</summary>
[Network(192, 14, 14, Classes = 256)]
[LayersOf<Inception3a>]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class SmallInception3a;
