namespace Nin.Shapes.Sizes;

/// <summary>
/// What a training step keeps between its forward and its backward pass. The memory plan that the generator makes and the steps that run
/// read the same facts here: a tensor that no gradient reads may be overwritten as soon as the last forward step has read it.
/// </summary>
readonly partial struct StepMemory
{
    /// <summary>The gradient reads the step's input; of a step with several, all of them, but for a residual, which is only added.</summary>
    public bool ReadsInput { get; private init; }

    /// <summary>The gradient reads the step's output.</summary>
    public bool ReadsOutput { get; private init; }

    /// <summary>
    /// The output is read only as the mask of the ReLU that the step ends with: not where its gradient comes masked from the only step that
    /// reads it (<see cref="CanMask"/>).
    /// </summary>
    public bool EndsInRelu { get; private init; }

    /// <summary>The gradient of the input can be masked by the input's sign, as the ReLU of a step before would do.</summary>
    public bool CanMask { get; private init; }

    /// <summary>Float32 elements per example that the forward pass leaves for the gradient besides input and output.</summary>
    public long SavedPerExample { get; private init; }

    /// <summary>Float32 elements that the forward pass leaves whatever the batch.</summary>
    public long SavedFixed { get; private init; }

    /// <summary>The output may overwrite the input.</summary>
    public bool CanOverwrite { get; private init; }

    /// <summary>The input's gradient, where it is not added to another, may overwrite the output's.</summary>
    public bool CanOverwriteGradient { get; private init; }

    /// <summary>Float32 elements per example that the loss needs: label, loss and hit.</summary>
    public const int LossPerExample = 3;

    /// <summary>The most taps of a max pooling's window whose argmax index, with the maximum's sign, is a byte.</summary>
    public const int MostByteTaps = 128;

    /// <summary>The most taps of a max pooling's window in the image: a float32 counts them, with the maximum's sign.</summary>
    public const int MostTaps = 1 << 23;

    /// <summary>A convolution or linear layer: the weight gradient reads the input, and a fused ReLU is masked by the output.</summary>
    public static StepMemory Convolution(bool relu) => new() { ReadsInput = true, ReadsOutput = relu, EndsInRelu = relu };

    /// <summary>A transposed convolution: the weight gradient reads the input.</summary>
    public static StepMemory TransposedConvolution => new() { ReadsInput = true };

    /// <summary>
    /// A convolution with batch normalisation, and an activation or none: the convolution's own output is kept, with mean and deviation of each filter.
    /// What an activation was applied to, and its output, are computed again from these.
    /// </summary>
    public static StepMemory NormalizedConvolution(long outputLength, long filters) =>
        new() { ReadsInput = true, SavedPerExample = outputLength, SavedFixed = 2 * SlotSize.RoundUp(filters) };

    /// <summary>A convolution and an activation: what the formula is applied to is kept where the gradient reads that and not the output.</summary>
    public static StepMemory ActivatedConvolution(bool savesOutput, long outputLength) =>
        new() { ReadsInput = true, ReadsOutput = savesOutput, SavedPerExample = savesOutput ? 0 : outputLength };

    /// <summary>
    /// A convolution with batch normalisation to which another value is added: a ReLU is masked by the output, as the sum is not kept anywhere else.
    /// </summary>
    public static StepMemory ResidualConvolution(long outputLength, long filters, bool relu) => new()
    {
        ReadsInput = true, ReadsOutput = relu, EndsInRelu = relu, SavedPerExample = outputLength, SavedFixed = 2 * SlotSize.RoundUp(filters),
    };

    /// <summary>
    /// Two 1x1 convolutions: the hidden channels of each pixel are kept. A pixel's gradient is read whole before that of its input is written,
    /// so that one takes the other's place where they are equally long.
    /// </summary>
    public static StepMemory PointwiseMlp(long pixels, long channels, long hidden, long filters, bool lastRelu) => new()
    {
        ReadsInput = true, ReadsOutput = lastRelu, EndsInRelu = lastRelu, SavedPerExample = pixels * hidden, CanOverwriteGradient = channels == filters,
    };

    /// <summary>Batch normalisation alone: mean and deviation of each channel are kept.</summary>
    public static StepMemory BatchNorm(long channels) => new() { ReadsInput = true, SavedFixed = 2 * SlotSize.RoundUp(channels) };

    /// <summary>An activation: its derivative is computed from the output or from the input (<c>IActivation.SavesOutput</c>).</summary>
    public static StepMemory Activation(bool savesOutput) =>
        new() { ReadsInput = !savesOutput, ReadsOutput = savesOutput, CanOverwrite = true, CanOverwriteGradient = true };

    /// <summary>Dropout: the mask is recomputed.</summary>
    public static StepMemory Dropout => new() { CanOverwrite = true, CanOverwriteGradient = true };

    /// <summary>Local response normalisation: the sum of each output is kept.</summary>
    public static StepMemory LocalResponseNorm(long length) => new() { ReadsInput = true, SavedPerExample = length, CanOverwriteGradient = true };

    /// <summary>Max pooling: an output's argmax index is a byte, or in a large window a float32.</summary>
    public static StepMemory MaxPool(in Window2d window, long outputLength)
    {
        int bytes = window.Taps <= MostByteTaps ? 1 : sizeof(float);
        return new() { SavedPerExample = (outputLength * bytes + sizeof(float) - 1) / sizeof(float), CanMask = true };
    }

    /// <summary>A product of branches: the gradient of each reads the others.</summary>
    public static StepMemory Multiply => new() { ReadsInput = true };

    /// <summary>A step written outside the library, as its attribute says.</summary>
    public static StepMemory Of(
        bool readsInput, bool readsOutput, long savedPerExample, long savedFixed, bool canOverwrite, bool canOverwriteGradient) => new()
    {
        ReadsInput = readsInput, ReadsOutput = readsOutput, SavedPerExample = savedPerExample, SavedFixed = savedFixed,
        CanOverwrite = canOverwrite, CanOverwriteGradient = canOverwriteGradient,
    };

    /// <summary>Average pooling, flattening, concatenation: linear in their input, without weights.</summary>
    public static StepMemory Linear => default;

    /// <summary>A sum of branches; a ReLU after it is masked by the output.</summary>
    public static StepMemory Sum(bool relu) => new() { ReadsOutput = relu, EndsInRelu = relu };
}
