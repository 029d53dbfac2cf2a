namespace Nin.Model.Tests.Data;

/// <summary>A test on the real data set; skipped, with the reason, where it can be neither found nor fetched.</summary>
sealed class FashionMnistFactAttribute : FactAttribute
{
    public FashionMnistFactAttribute() => Skip = RealFashionMnist.Problem;
}
