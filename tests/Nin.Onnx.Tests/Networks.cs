using Nin;

namespace Nin.Onnx.Tests;

/// <summary>Values that are combined with themselves, and gates before what they scale.</summary>
[Network(3, 9, 8, Classes = 4)]
[Multiply("input", "input")]
[Conv2d(4, Kernel = 3)]
[Add(nameof(Conv1), nameof(Conv1))]
[GlobalAvgPool2d(Name = "Squeeze")]
[Sigmoid]
[Tanh(From = nameof(Squeeze))]
[Multiply(nameof(Sigmoid1), nameof(Tanh1), nameof(Add1))]
[GlobalAvgPool2d]
[Flatten]
[Linear(4)]
public sealed partial class TwiceNet;

/// <summary>A layer of every kind that ONNX has, and of every argument.</summary>
[Network(3, 17, 14, Classes = 6)]
[Conv2d(8, KernelHeight = 3, KernelWidth = 5, StrideHeight = 2, StrideWidth = 1, PaddingTop = 1, PaddingLeft = 2, PaddingBottom = 0, PaddingRight = 1)]
[Relu]
[NinBlock(8, Kernel = 3, Same = true)]
[Add(nameof(Block1), nameof(Relu1))]
[MaxPool2d(3, Stride = 2, Padding = 1, CeilMode = true)]
[Conv2d(8, Kernel = 3, Padding = 2, Dilation = 2, Groups = 2, Bias = false)]
[BatchNorm2d(Epsilon = 1e-3, Momentum = 0.2)]
[Add(nameof(Norm1), nameof(Pool1))]
[Relu]
[Dropout(0.25)]
[MaxPool2d(2, Stride = 1, Dilation = 2, PaddingTop = 1, PaddingLeft = 1, PaddingBottom = 1, PaddingRight = 1, Name = "Wide")]
[Conv2d(8, Kernel = 3, Same = true, DilationHeight = 1, DilationWidth = 2, Name = "Dilated")]
[Conv2d(8, Kernel = 2, DilationHeight = 2, DilationWidth = 1, PaddingTop = 1, PaddingBottom = 1, PaddingRight = 1, Name = "Uneven")]
[AvgPool2d(3, Stride = 1, Padding = 1, Name = "Mean")]
[AvgPool2d(3, Stride = 1, Padding = 1, CountIncludePad = false, Name = "Inner")]
[LeakyRelu(0.2)]
[LocalResponseNorm(5, Alpha = 0.3, Beta = 0.6, K = 2)]
[ConvTranspose2d(8, Kernel = 3, Stride = 2, PaddingTop = 1, PaddingLeft = 0, PaddingBottom = 0, PaddingRight = 2, OutputPaddingHeight = 1, OutputPaddingWidth = 0, Groups = 2, Bias = false)]
[ConvTranspose2d(8, KernelHeight = 4, KernelWidth = 3, StrideHeight = 2, StrideWidth = 1, DilationHeight = 1, DilationWidth = 2, Same = true, Name = "Larger")]
[ConvTranspose2d(8, KernelHeight = 1, KernelWidth = 2, StrideHeight = 2, StrideWidth = 3, Same = true, Bias = false, Name = "Apart")]
[Pointwise(8)]
[Silu]
[GlobalMaxPool2d(Name = "Squeeze")]
[Pointwise(8, Bias = false, Name = "Excite")]
[Sigmoid]
[Multiply(nameof(Silu1), nameof(Sigmoid1))]
[NinBlock(6, Kernel = 3, Padding = 1, BatchNorm = true)]
[Concat(nameof(Block2), nameof(Multiply1))]
[BatchNorm2d]
[Gelu(From = nameof(Norm2))]
[HardSwish(From = nameof(Norm2))]
[HardSigmoid(From = nameof(Norm2))]
[Relu6(From = nameof(Norm2), Name = "Capped")]
[Tanh(From = nameof(Norm2))]
[Elu(0.5, From = nameof(Norm2))]
[HardTanh(-0.5, 1.5, From = nameof(Norm2))]
[Add(nameof(Gelu1), nameof(HardSwish1), nameof(HardSigmoid1), nameof(Capped), nameof(Tanh1), nameof(Elu1), nameof(HardTanh1))]
[Flatten]
[BatchNorm2d]
[Linear(12)]
[Relu]
[Linear(6, Bias = false)]
public sealed partial class EveryLayer;

/// <summary>A small residual network: a stage with a projection, one without.</summary>
[Network(3, 32, 32, Classes = 10)]
[Conv2d(8, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d, Relu]
[LayersOf<Basic>(Times = 2, Name = "Stage1", Filters = 8, Stride = 1)]
[LayersOf<Basic>(Times = 2, Name = "Stage2", Filters = 16, Stride = 2)]
[LayersOf<Basic>(Times = 3, Name = "Stage3", Filters = 24, Stride = 2)]
[GlobalAvgPool2d]
[Flatten]
[Linear(10)]
public sealed partial class SmallResNet;

[Layers]
[Conv2d(Block.Filters, Kernel = 3, Stride = Block.Stride, Padding = 1, Bias = false)]
[BatchNorm2d, Relu]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Add("Norm2", "input", Project = true)]
[Relu]
abstract class Basic;

/// <summary>Its blocks get smaller by pooling: no convolution but the shortcut's has a stride.</summary>
[Network(3, 16, 16, Classes = 6)]
[LayersOf<StemBlock>(Filters = 4)]
[LayersOf<Pooled>(Name = "Stage1", Filters = 8)]
[LayersOf<Pooled>(Name = "Stage2", Filters = 16)]
[GlobalAvgPool2d]
[Flatten]
[Linear(6)]
public sealed partial class PooledResNet;

[Layers]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d, Relu]
[AvgPool2d(2)]
[Add("Pool1", "input", Project = true)]
[Relu]
abstract class Pooled;

/// <summary>A stride per axis in blocks that repeat.</summary>
[Network(3, 17, 12, Classes = 6)]
[LayersOf<StemBlock>(Filters = 4)]
[LayersOf<Tall>(Times = 2, Name = "Stage1", Filters = 4)]
[GlobalAvgPool2d]
[Flatten]
[Linear(6)]
public sealed partial class TallResNet;

[Layers]
[Conv2d(Block.Filters, Kernel = 3, StrideHeight = 2, StrideWidth = 1, Padding = 1, Bias = false)]
[BatchNorm2d]
[MaxPool2d(2, StrideHeight = 2, StrideWidth = 1, PaddingBottom = 1, PaddingRight = 1, From = "input")]
[Add("Norm1", "Pool1")]
[Relu]
abstract class Tall;

/// <summary>Shortcuts of a 1x1 convolution and a normalisation, which change no shape.</summary>
[Network(3, 16, 16, Classes = 6)]
[LayersOf<StemBlock>(Filters = 4)]
[LayersOf<Branched>(Times = 2, Name = "Stage1", Filters = 4)]
[GlobalAvgPool2d]
[Flatten]
[Linear(6)]
public sealed partial class BranchedNet;

[Layers]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Conv2d(Block.Filters, Kernel = 1, Bias = false, From = "input")]
[BatchNorm2d]
[Add("Norm1", "Norm2")]
[Relu]
abstract class Branched;

/// <summary>MobileNetV1's pairs: of one shape, of a stride, of more filters, and of a run of one shape after which another begins.</summary>
[Network(3, 16, 12, Classes = 6)]
[LayersOf<StemBlock>(Filters = 8)]
[LayersOf<Separable>(Name = "Pairs1", Times = 3, Filters = 8)]
[Conv2d(8, Kernel = 3, Stride = 2, Padding = 1, Groups = 8, Bias = false)]
[BatchNorm2d, Relu]
[Pointwise(16, Bias = false)]
[BatchNorm2d, Relu]
[LayersOf<Separable>(Name = "Pairs2", Times = 2, Filters = 16)]
[Pointwise(16)]
[GlobalAvgPool2d]
[Flatten]
[Linear(6)]
public sealed partial class SmallMobileNet;

[Layers]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Groups = Block.Filters, Bias = false)]
[BatchNorm2d, Relu]
[Pointwise(Block.Filters, Bias = false)]
[BatchNorm2d, Relu]
abstract class Separable;

[Layers]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d, Relu]
abstract class StemBlock;

/// <summary>With an inner layer that is called as exported files call their output.</summary>
[Network(3, 9, 8)]
[Conv2d(4, Kernel = 3, Name = "logits")]
[Relu]
public sealed partial class NamedAsTheOutput;

/// <summary>With an activation that ONNX does not have.</summary>
[Network(1, 8, 8)]
[Conv2d(4, Kernel = 3)]
[Activation<Own>]
public sealed partial class OwnActivation;

/// <summary>Half of the input.</summary>
public readonly struct Own : ISavesInput
{
    /// <inheritdoc/>
    public static string Name => "Own";

    /// <inheritdoc/>
    public T Value<T>(T x)
        where T : struct, IReal<T> => x * 0.5f;

    /// <inheritdoc/>
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> => dy * 0.5f;
}
