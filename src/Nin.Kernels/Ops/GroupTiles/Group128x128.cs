namespace Nin.Ops;

/// <summary>A tile of 128 rows by 128 columns.</summary>
readonly struct Group128x128 : IGroupShape
{
    public static int Across => 16;

    public static int Down => 16;
}
