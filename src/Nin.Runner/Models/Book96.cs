namespace Nin.Runner.Models;

/// <summary>The book's layers over images of 96 x 96, for machines on which 224 x 224 takes too long.</summary>
[Network(1, 96, 96, Classes = 10, Init = Init.Xavier)]
[LayersOf<BookNin>]
public sealed partial class Book96;
