namespace Nin.Ops;

/// <summary>A thread's share of a buffer, on its way from global to shared memory.</summary>
struct FetchedQuads
{
    public Float4 Left0, Left1, Right0, Right1;
}
