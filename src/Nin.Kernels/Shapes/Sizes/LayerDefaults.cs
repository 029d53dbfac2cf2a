namespace Nin.Shapes.Sizes;

/// <summary>What a layer's argument is when it is not given. The attributes, the generator and the run time all read it here.</summary>
static partial class LayerDefaults
{
    /// <summary>Kernel side of a convolution (a NiN block's first one included).</summary>
    public const int Kernel = 1;

    /// <summary>Stride of a convolution; pooling's default is its own kernel.</summary>
    public const int Stride = 1;

    /// <summary>Zero padding on each side.</summary>
    public const int Padding = 0;

    /// <summary>Whether the padding is as much as keeps the size, divided by the stride (ONNX's <c>SAME_UPPER</c>).</summary>
    public const bool Same = false;

    /// <summary>Distance between the taps of a window.</summary>
    public const int Dilation = 1;

    /// <summary>Whether a pooling's last window may extend beyond the end (PyTorch's <c>ceil_mode</c>).</summary>
    public const bool Ceil = false;

    /// <summary>Whether padding counts in average pooling (PyTorch's <c>count_include_pad</c>).</summary>
    public const bool CountIncludePad = true;

    /// <summary>Groups of a convolution.</summary>
    public const int Groups = 1;

    /// <summary>Whether a convolution or linear layer adds a bias.</summary>
    public const bool Bias = true;

    /// <summary>1x1 convolutions after a NiN block's first one (Lin, Chen and Yan 2013 and D2L 7.3 use two).</summary>
    public const int BlockPointwise = 2;

    /// <summary>Whether a NiN block ends in a ReLU.</summary>
    public const bool LastRelu = true;

    /// <summary>Whether a NiN block normalises before its ReLUs.</summary>
    public const bool BatchNorm = false;

    /// <summary>Probability of dropping an element.</summary>
    public const double DropoutProbability = 0.5;

    /// <summary>Slope of a leaky ReLU below zero (PyTorch's <c>negative_slope</c>).</summary>
    public const double NegativeSlope = 0.01;

    /// <summary>What an ELU tends to below zero, with the other sign (PyTorch's <c>alpha</c>).</summary>
    public const double EluAlpha = 1;

    /// <summary>The bounds of a hard hyperbolic tangent (PyTorch's <c>min_val</c> and <c>max_val</c>).</summary>
    public const double HardTanhMin = -1, HardTanhMax = 1;

    /// <summary>Added to the variance before its square root (PyTorch's <c>eps</c>).</summary>
    public const double BatchNormEpsilon = 1e-5;

    /// <summary>Weight of a new batch in the running statistics (PyTorch's <c>momentum</c>).</summary>
    public const double BatchNormMomentum = 0.1;

    /// <summary>Factor of the mean square in a local response normalisation (PyTorch's <c>alpha</c>).</summary>
    public const double ResponseAlpha = 1e-4;

    /// <summary>Exponent of a local response normalisation (PyTorch's <c>beta</c>).</summary>
    public const double ResponseBeta = 0.75;

    /// <summary>What a local response normalisation adds to the sum (PyTorch's <c>k</c>).</summary>
    public const double ResponseK = 1;

    /// <summary>The most channels of a local response normalisation's window.</summary>
    public const int MostResponseChannels = 1024;
}
