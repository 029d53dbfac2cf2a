namespace Nin;

/// <summary>
/// Declares a network: the attributes that follow are its layers, and the class gets a constructor, <c>Forward</c>,
/// <c>ForwardTraining</c>, <c>TrainStep</c>, a property per layer and the counts that follow from them, all typed by shape.
/// </summary>
/// <param name="channels">Channels of the input, 1 or more.</param>
/// <param name="height">Rows of the input, 1 or more.</param>
/// <param name="width">Columns of the input, 1 or more.</param>
/// <remarks>
/// The class is <c>partial</c>, neither static nor abstract nor generic, and declares no constructor of its own.
/// The number of examples is not part of the declaration: it is free at every call.
/// </remarks>
/// <example>
/// <code>
/// [Network(1, 28, 28, Classes = 10)]
/// [NinBlock(32, Kernel = 5, Padding = 2)]
/// [MaxPool2d(3, Stride = 2, Padding = 1)]
/// [NinBlock(10, Kernel = 3, Padding = 1, LastRelu = false)]
/// [GlobalAvgPool2d]
/// [Flatten]
/// public sealed partial class SmallNin;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class NetworkAttribute(int channels, int height, int width) : Attribute
{
    /// <summary>Channels of the input.</summary>
    public int Channels { get; } = channels;

    /// <summary>Rows of the input.</summary>
    public int Height { get; } = height;

    /// <summary>Columns of the input.</summary>
    public int Width { get; } = width;

    /// <summary>
    /// The number of classes, where the network is a classifier: the build fails (NIN011) unless the last layer gives that
    /// many features. Not checked unless given.
    /// </summary>
    public int Classes { get; set; }

    /// <summary>How weights are initialised. Default: <see cref="Init.He"/>, which fits ReLU.</summary>
    public Init Init { get; set; } = Init.He;
}

/// <summary>How the weights of convolutions and linear layers are initialised. Biases start at zero.</summary>
public enum Init
{
    /// <summary>
    /// Uniform in ±√(6 / fan-in), which keeps the variance of the signal through ReLU (He et al. 2015, "Delving Deep into
    /// Rectifiers"; PyTorch's <c>kaiming_uniform_(nonlinearity="relu")</c>).
    /// </summary>
    He,

    /// <summary>
    /// Uniform in ±√(6 / (fan-in + fan-out)), made for layers that are linear around zero (Glorot and Bengio 2010;
    /// PyTorch's <c>xavier_uniform_</c>). With ReLU the variance halves at each layer, which NIN103 points out.
    /// </summary>
    Xavier,
}

/// <summary>Fails the build (NIN013) when the network exceeds a limit.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BudgetAttribute : Attribute
{
    /// <summary>The maximum number of learnt parameters, 1 or more. Default: no limit.</summary>
    public long MaxParameters { get; set; } = long.MaxValue;

    /// <summary>The maximum number of multiply-adds of one example's forward pass, 1 or more. Default: no limit.</summary>
    public long MaxMacs { get; set; } = long.MaxValue;
}
