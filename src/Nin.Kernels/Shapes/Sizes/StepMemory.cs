namespace Nin.Shapes.Sizes;

/// <summary>
/// What a training step keeps between its forward and its backward pass. The memory plan that the generator makes and the steps that run
/// read the same facts here: a tensor that no gradient reads may be overwritten as soon as the last forward step has read it.
/// </summary>
readonly partial struct StepMemory
{
    StepMemory(bool readsInput, bool readsOutput, long savedPerExample = 0, long savedFixed = 0, bool canOverwrite = false)
    {
        ReadsInput = readsInput;
        ReadsOutput = readsOutput;
        SavedPerExample = savedPerExample;
        SavedFixed = savedFixed;
        CanOverwrite = canOverwrite;
    }

    /// <summary>The gradient reads the step's input.</summary>
    public bool ReadsInput { get; }

    /// <summary>The gradient reads the step's output.</summary>
    public bool ReadsOutput { get; }

    /// <summary>Float32 elements an example that the forward pass leaves for the gradient beside input and output.</summary>
    public long SavedPerExample { get; }

    /// <summary>Float32 elements that the forward pass leaves whatever the batch.</summary>
    public long SavedFixed { get; }

    /// <summary>The output may overwrite the input, and the input's gradient the output's.</summary>
    public bool CanOverwrite { get; }

    /// <summary>Float32 elements an example that the loss needs: label, loss and hit.</summary>
    public const int LossPerExample = 3;

    /// <summary>A convolution or linear layer: weights want the input, a ReLU in the store is masked by the output.</summary>
    public static StepMemory Convolution(bool relu) => new(readsInput: true, readsOutput: relu);

    /// <summary>A convolution with batch normalisation: the convolution's own output is kept, with mean and deviation of each filter.</summary>
    public static StepMemory NormalizedConvolution(long outputLength, long filters) =>
        new(readsInput: true, readsOutput: false, outputLength, 2 * SlotSize.RoundUp(filters));

    /// <summary>Two 1x1 convolutions: the hidden channels of each pixel are kept.</summary>
    public static StepMemory PointwiseMlp(long pixels, long hidden, bool lastRelu) =>
        new(readsInput: true, readsOutput: lastRelu, pixels * hidden);

    /// <summary>Batch normalisation alone: mean and deviation of each channel are kept.</summary>
    public static StepMemory BatchNorm(long channels) => new(readsInput: true, readsOutput: false, 0, 2 * SlotSize.RoundUp(channels));

    /// <summary>ReLU or leaky ReLU: the output says which side an element was on.</summary>
    public static StepMemory Relu => new(readsInput: false, readsOutput: true, canOverwrite: true);

    /// <summary>Dropout: the mask is computed again.</summary>
    public static StepMemory Dropout => new(readsInput: false, readsOutput: false, canOverwrite: true);

    /// <summary>Max pooling: the picked element is looked for again in the input.</summary>
    public static StepMemory MaxPool => new(readsInput: true, readsOutput: false);

    /// <summary>Average pooling, flattening, addition, concatenation: linear in their input, without weights.</summary>
    public static StepMemory Linear => new(readsInput: false, readsOutput: false);
}
