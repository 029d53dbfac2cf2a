using Nin.Runner.Models;

namespace Nin.Benchmarks.Scaling;

/// <summary>The two networks' layers over images of other sizes. The book's need 67 pixels or more.</summary>
static partial class ImageSizes
{
    /// <summary>From the smallest to the largest.</summary>
    public static IReadOnlyList<(string Name, Func<Device, INetwork> Create)> All { get; } =
    [
        ("mnist28's layers, 28 x 28", d => new Mnist28(d)),
        ("mnist28's layers, 56 x 56", d => new Mnist56(d)),
        ("book's layers, 96 x 96", d => new Book96(d)),
        ("book's layers, 128 x 128", d => new Book128(d)),
        ("book's layers, 160 x 160", d => new Book160(d)),
        ("book's layers, 192 x 192", d => new Book192(d)),
        ("book's layers, 224 x 224", d => new BookNin(d)),
    ];

    [Network(1, 56, 56, Classes = 10)]
    [LayersOf<Mnist28>]
    sealed partial class Mnist56;

    [Network(1, 96, 96, Classes = 10, Init = Init.Xavier)]
    [LayersOf<BookNin>]
    sealed partial class Book96;

    [Network(1, 128, 128, Classes = 10, Init = Init.Xavier)]
    [LayersOf<BookNin>]
    sealed partial class Book128;

    [Network(1, 160, 160, Classes = 10, Init = Init.Xavier)]
    [LayersOf<BookNin>]
    sealed partial class Book160;

    [Network(1, 192, 192, Classes = 10, Init = Init.Xavier)]
    [LayersOf<BookNin>]
    sealed partial class Book192;
}
