namespace Nin.Ops;

/// <summary>The four sums that a lane holds of a 16 x 8 tile.</summary>
struct Fragment4
{
    public float S0, S1, S2, S3;
}
