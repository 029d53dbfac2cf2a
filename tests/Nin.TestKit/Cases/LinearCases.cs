namespace Nin.TestKit;

/// <summary>Fully connected layers that every kernel is tested on.</summary>
public static class LinearCases
{
    /// <summary>All cases.</summary>
    public static IReadOnlyList<LinearCase> All { get; } =
    [
        new(1, 1, 1),
        new(1, 3, 7),
        new(3, 7, 3),
        new(9, 8, 15),
        new(1, 15, 16),
        new(3, 17, 31),
        new(2, 33, 32),
        new(9, 47, 10),
        new(17, 48, 33),
        new(1, 400, 120),
        new(33, 129, 65),
    ];

    /// <summary><see cref="All"/> as rows of theory data.</summary>
    public static IEnumerable<object[]> Rows => All.Select(c => new object[] { c });
}
