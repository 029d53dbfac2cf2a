namespace Nin.TestKit;

/// <summary>Poolings that every kernel is tested on.</summary>
public static class Pool2dCases
{
    /// <summary>Cases that both poolings take.</summary>
    public static IReadOnlyList<Pool2dCase> Average { get; } =
    [
        new(1, 1, 1, 1, 1),
        new(1, 1, 5, 7, 3),
        new(3, 3, 7, 5, 2, Stride: 2),
        new(1, 7, 9, 11, 3, Stride: 2),
        new(9, 8, 7, 6, 3, Stride: 2, Padding: 1),
        new(1, 15, 6, 9, 3, Stride: 1, Padding: 1),
        new(3, 16, 8, 5, 2, Stride: 3),
        new(1, 17, 13, 4, 4, Stride: 3, Padding: 2),
        new(2, 31, 5, 6, 5, Stride: 2, Padding: 2),
        new(1, 32, 7, 7, 3, Stride: 2),
        new(3, 33, 4, 7, 2, Stride: 1, Padding: 1),
        new(1, 47, 6, 5, 3, Stride: 4, Padding: 1),
        new(1, 48, 5, 9, 3, Stride: 2, Padding: 1),
        new(3, 10, 6, 7, 6),
        new(2, 5, 6, 6, 3, Stride: 2, Padding: 1, Ceil: true),
        new(1, 16, 6, 11, 3, Stride: 2, Ceil: true),
        new(3, 3, 5, 2, 2, Stride: 2, Padding: 1, Ceil: true),
        new(1, 18, 4, 7, 2, Stride: 3, Padding: 1, Ceil: true),
        new(2, 17, 5, 7, 3, Stride: 2, Padding: 0, After: 1),
        new(2, 19, 7, 5, 4, Stride: 3, Padding: 2, After: 0, Ceil: true),
        new(1, 9, 11, 7, 1, Across: new(5, Stride: 2, Before: 2, After: 1)),
        new(3, 16, 5, 13, 3, Stride: 2, Padding: 1, Across: new(2, Stride: 3, Before: 0, After: 1, Ceil: true)),
        new(1, 37, 7, 3, 5, Stride: 1, Padding: 2, Across: new(1)),
        new(2, 20, 13, 11, 13, Across: new(11)),
        new(9, 48, 28, 26, 3, Stride: 2, Padding: 1),
    ];

    /// <summary>Cases of maximum pooling: those, and dilated ones; in some, no tap of a window is inside the input.</summary>
    public static IReadOnlyList<Pool2dCase> Max { get; } =
    [
        .. Average,
        new(1, 3, 11, 8, 3, Stride: 1, Padding: 0, Dilation: 2),
        new(2, 16, 16, 13, 3, Stride: 2, Padding: 1, Dilation: 2),
        new(1, 2, 1, 3, 2, Padding: 1, Dilation: 2),
        new(3, 17, 9, 11, 2, Stride: 3, Padding: 2, Dilation: 3),
        new(2, 18, 5, 1, 3, Across: new(2, Before: 1, After: 1, Dilation: 2)),
        new(2, 6, 9, 7, 3, Stride: 2, Padding: 1, Dilation: 2, Ceil: true, Across: new(2, Stride: 3, Before: 0, After: 2, Dilation: 4, Ceil: true)),
        new(1, 5, 13, 15, 12, Stride: 2, Padding: 1),
    ];

    /// <summary><see cref="Average"/> as rows of theory data.</summary>
    public static IEnumerable<object[]> AverageRows => Average.Select(c => new object[] { c });

    /// <summary><see cref="Max"/> as rows of theory data.</summary>
    public static IEnumerable<object[]> MaxRows => Max.Select(c => new object[] { c });
}
