namespace Nin.Data;

/// <summary>
/// Mixes the image with another one of the data set, drawn at random: <c>share image + (1 - share) other</c> (Zhang et al., "mixup: beyond empirical risk
/// minimization", arXiv 1710.09412).
/// </summary>
/// <remarks>
/// The label stays the image's own. The paper draws the share from Beta(a, a) and mixes the labels, too. A loss that is linear in the target, as cross entropy
/// is, has the same expectation with the share from Beta(a + 1, a) and one label: both images of a pair come with each share, so the weight of the label goes into
/// the density of the share. So every loss, metric and rank works as without it. The other image is as the data set has it: put it first in the list, and
/// what comes after it varies the mixture.
/// </remarks>
/// <param name="Alpha">The paper's a, above 0, up to <see cref="MaxAlpha"/>: 0.2 mixes little, 1 every share alike.</param>
public sealed record Mixup(double Alpha = 0.2) : Transform
{
    /// <summary>Beyond it mixtures are nearly halves, and drawing one takes long.</summary>
    public const double MaxAlpha = 2;

    /// <summary>The paper's a.</summary>
    public double Alpha { get; } = Alpha > 0 && Alpha <= MaxAlpha
        ? Alpha
        : throw new ArgumentOutOfRangeException(nameof(Alpha), Alpha, $"{nameof(Alpha)} must be above 0, up to {MaxAlpha}.");

    /// <inheritdoc/>
    public override void Apply(ImageView source, ImageView destination, TransformContext context)
    {
        float share = (float)Share(context);
        var other = context.Another(source.Height, source.Width);
        for (int i = 0; i < source.Pixels.Length; i++) destination.Pixels[i] = share * source.Pixels[i] + (1 - share) * other.Pixels[i];
    }

    // Of Beta(a + 1, a), by rejection (Jöhnk 1964): of pairs in the unit square those below the diagonal, after powers.
    double Share(TransformContext context)
    {
        while (true)
        {
            double x = Math.Pow(context.Unit(), 1 / (Alpha + 1)), y = Math.Pow(context.Unit(), 1 / Alpha), sum = x + y;
            if (sum is > 0 and <= 1) return x / sum;
        }
    }
}
