namespace Nin.Ops;

/// <summary>A tile of 64 rows by 64 columns.</summary>
readonly struct Group64x64 : IGroupShape
{
    public static int Across => 8;

    public static int Down => 8;
}
