namespace Nin.Ops;

/// <summary>A tile of 128 rows by 96 columns.</summary>
readonly struct Group128x96 : IGroupShape
{
    public static int Across => 12;

    public static int Down => 16;
}
