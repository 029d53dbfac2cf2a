namespace Nin.Model.Tests.Published;

/// <summary>The book's NiN over small images.</summary>
[Network(1, 96, 96, Classes = 10, Init = Init.Xavier)]
[LayersOf<BookNin>]
public sealed partial class SmallBookNin;
