using Nin;

/// <summary>Takes what the library's stem gives.</summary>
[Network(8, 12, 10, Classes = 10)]
[Pointwise(10)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class Head;
