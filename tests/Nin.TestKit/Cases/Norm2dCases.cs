namespace Nin.TestKit;

/// <summary>Activation shapes for normalisation and for elementwise ops; every channel has at least two values.</summary>
public static class Norm2dCases
{
    /// <summary>All cases.</summary>
    public static IReadOnlyList<Norm2dCase> All { get; } =
    [
        new(1, 1, 2, 1),
        new(1, 1, 5, 7),
        new(2, 3, 1, 1),
        new(3, 3, 7, 5),
        new(1, 7, 11, 13),
        new(9, 8, 3, 5),
        new(1, 15, 4, 7),
        new(3, 16, 5, 3),
        new(8, 17, 2, 3),
        new(7, 31, 3, 2),
        new(1, 32, 9, 7),
        new(17, 33, 3, 4),
        new(3, 47, 5, 4),
        new(9, 48, 7, 6),
        new(33, 10, 2, 5),
        new(16, 96, 14, 13),
    ];

    /// <summary><see cref="All"/> as rows of theory data.</summary>
    public static IEnumerable<object[]> Rows => All.Select(c => new object[] { c });
}
