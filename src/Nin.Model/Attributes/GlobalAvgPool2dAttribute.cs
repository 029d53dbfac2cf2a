namespace Nin;

/// <summary>
/// The mean of each channel over all pixels: <c>channels x height x width</c> to <c>channels x 1 x 1</c>. NiN's way to one logit
/// per class (Lin, Chen and Yan 2013, section 3.2).
/// </summary>
public sealed class GlobalAvgPool2dAttribute : LayerAttribute;
