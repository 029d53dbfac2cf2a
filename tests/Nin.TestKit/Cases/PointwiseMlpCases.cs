namespace Nin.TestKit;

/// <summary>Pointwise MLPs that every kernel is tested on.</summary>
public static class PointwiseMlpCases
{
    /// <summary>All cases.</summary>
    public static IReadOnlyList<PointwiseMlpCase> All { get; } =
    [
        new(1, 1, 1, 1, 1, 1),
        new(2, 3, 5, 7, 5, 3),
        new(1, 7, 8, 9, 7, 5),
        new(7, 8, 16, 8, 3, 2),
        new(8, 9, 15, 17, 2, 3),
        new(9, 16, 17, 15, 3, 4),
        new(1, 31, 33, 32, 5, 7),
        new(3, 48, 32, 10, 3, 5),
        new(17, 33, 31, 47, 2, 2),
        new(9, 96, 96, 10, 7, 6),
        new(2, 160, 96, 64, 13, 11),
        new(1, 17, 130, 5, 4, 3),
        new(1, 3, 8_200, 5, 1, 2), // more than shared memory holds
    ];
}
