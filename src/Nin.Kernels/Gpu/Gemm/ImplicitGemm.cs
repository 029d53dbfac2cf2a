using ILGPU;

namespace Nin.Ops;

/// <summary>
/// <c>y[m, n] = act(sum over k of im2col(x)[m, k] w[k, n] + bias[n])</c> in each group of channels: a convolution (fprop) or its transpose (dgrad),
/// and with one tap a product of pixels. Each element is one sum in order of k.
/// </summary>
interface IImplicitGemm
{
    /// <summary>Elements of scratch that <see cref="Run"/> needs for packed weights.</summary>
    long ScratchLength(in GemmProblem problem, in Weights w);

    /// <param name="stream">Where it queues.</param>
    /// <param name="variant">The calling op; part of the key of the prepacked weights.</param>
    /// <param name="problem">The convolution and its direction.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, source pixels, groups * source channels]</c>.</param>
    /// <param name="w">Weights.</param>
    /// <param name="scratch">As long as <see cref="ScratchLength"/> says.</param>
    /// <param name="bias"><c>[groups * result channels]</c>, or none.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, result pixels, groups * result channels]</c>.</param>
    /// <param name="mode">What happens to the old content of <paramref name="y"/>.</param>
    void Run(
        DeviceStream stream, Type variant, in GemmProblem problem, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias, bool relu,
        DeviceView y, StoreMode mode);
}

/// <summary>
/// The gradient of a convolution's weights (wgrad), leaf by leaf: <c>dw[k, f] = sum over pixels m of im2col(x)[m, k] dy[m, f]</c>, and of its bias,
/// the sum of dy. Each element is one sum in the order of pixels.
/// </summary>
interface IWeightGradient
{
    /// <summary>The tree of a layer's sums: that of its result, or a finer one, by the layer's shape alone.</summary>
    ReductionTree Tree(in ConvolutionGeometry geometry) => ReductionTree.Over(geometry.Rows.Results, geometry.Columns.Results);

    /// <param name="stream">Where it queues.</param>
    /// <param name="geometry">The forward direction.</param>
    /// <param name="leaves">Which leaves of the batch are summed.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="sumsBias">Whether the bias's gradient is written after the weights'.</param>
    /// <param name="partials"><c>[leaves.Count, stride]</c>, from the first weight on.</param>
    /// <param name="stride">Elements from a leaf to the next.</param>
    void Run(
        DeviceStream stream, in ConvolutionGeometry geometry, in LeafRange leaves, DeviceView x, DeviceView dy, bool sumsBias, DeviceView partials,
        long stride);
}

/// <summary>What the kernels of an implicit GEMM read besides their arrays.</summary>
/// <param name="Geometry">Which source pixels a result pixel reads.</param>
/// <param name="Pixels">Result pixels of the whole batch: m.</param>
/// <param name="Epilogue">What happens to the sums.</param>
readonly record struct GemmSizes(ConvolutionGeometry Geometry, long Pixels, GemmEpilogue Epilogue)
{
    /// <summary>Where the pixels are in the whole result.</summary>
    public ResiduePixels Results { get; init; }

    public static GemmSizes Of(in GemmProblem problem, int n, DeviceView bias, bool relu, DeviceView y, StoreMode mode) => new(
        problem.Geometry, (long)n * problem.Geometry.Pixels,
        new(bias.IsNone ? 0 : 1, relu ? 1 : 0, mode, Float4.AreAligned(y, problem.Geometry.ResultChannels) ? 1 : 0));
}

/// <summary>What happens to the sums of a product on their way to memory: flags as integers, because a kernel's parameters hold no bool.</summary>
/// <param name="HasBias">1 where a bias is added.</param>
/// <param name="Relu">1 where negative results become zero.</param>
/// <param name="Mode">What happens to the old content of the result.</param>
/// <param name="IsAligned">1 where four columns of the result may be read and written as a float4.</param>
readonly record struct GemmEpilogue(int HasBias, int Relu, StoreMode Mode, int IsAligned)
{
    /// <summary>The result of a sum, bias included, where <paramref name="before"/> stood.</summary>
    public float Result(float sum, float before)
    {
        if (Relu != 0) sum = sum < 0 ? 0 : sum;
        if (Mode == StoreMode.Add) sum += before;
        if (Mode == StoreMode.WherePositive) sum = before > 0 ? sum : 0;
        return sum;
    }
}

/// <summary>What a result does to the old content of its memory.</summary>
enum StoreMode
{
    /// <summary>Overwrites it.</summary>
    Overwrite,

    /// <summary>Adds to it.</summary>
    Add,

    /// <summary>Overwrites it where it is positive, and clears it elsewhere: the gradient before a ReLU, written over its output.</summary>
    WherePositive,
}

/// <summary>Where a work-group's tile goes: part of a matrix in memory, which may be smaller than the tile.</summary>
/// <param name="Index">Element of the matrix's first row in the tile's first column.</param>
/// <param name="First">The tile's first row.</param>
/// <param name="Places">Where each row of the matrix is in memory.</param>
/// <param name="Stride">Elements from a row in memory to the next.</param>
/// <param name="Rows">Rows that exist, from the first on.</param>
/// <param name="Columns">Columns that exist, from the first on.</param>
/// <param name="Channel">The first column's place in the bias.</param>
/// <param name="Epilogue">What happens to the sums.</param>
readonly record struct OutputTile(long Index, long First, ResiduePixels Places, long Stride, long Rows, int Columns, int Channel, GemmEpilogue Epilogue)
{
    /// <summary>The bias of a column, zero where there is none.</summary>
    public float Bias(ArrayView<float> bias, int column)
    {
        float value = 0;
        if (Epilogue.HasBias != 0 && column < Columns) value = bias[Channel + column];
        return value;
    }

    /// <summary>Writes those of four neighbouring columns that exist.</summary>
    public void Store4(ArrayView<float> y, int row, int column, float a, float b, float c, float d)
    {
        if (row >= Rows) return;
        long index = At(row, column);
        if (Epilogue.IsAligned != 0)
        {
            if (column >= Columns) return;
            var vectors = y.Cast<Float4>();
            long at = Float4.Index(index);
            Float4 vector = default;
            if (Epilogue.Mode != StoreMode.Overwrite) vector = vectors[at];
            vector.S0 = Epilogue.Result(a, vector.S0);
            vector.S1 = Epilogue.Result(b, vector.S1);
            vector.S2 = Epilogue.Result(c, vector.S2);
            vector.S3 = Epilogue.Result(d, vector.S3);
            vectors[at] = vector;
            return;
        }

        Store1(y, index, column, a);
        Store1(y, index + 1, column + 1, b);
        Store1(y, index + 2, column + 2, c);
        Store1(y, index + 3, column + 3, d);
    }

    /// <summary>Writes those of two neighbouring columns that exist.</summary>
    public void Store2(ArrayView<float> y, int row, int column, float a, float b)
    {
        if (row >= Rows) return;
        long index = At(row, column);
        if (Epilogue.IsAligned != 0)
        {
            if (column >= Columns) return;
            var vectors = y.Cast<Float2>();
            long at = Float2.Index(index);
            Float2 vector = default;
            if (Epilogue.Mode != StoreMode.Overwrite) vector = vectors[at];
            vector.S0 = Epilogue.Result(a, vector.S0);
            vector.S1 = Epilogue.Result(b, vector.S1);
            vectors[at] = vector;
            return;
        }

        Store1(y, index, column, a);
        Store1(y, index + 1, column + 1, b);
    }

    long At(int row, int column) => Index + Places.Place(First + row) * Stride + column;

    void Store1(ArrayView<float> y, long index, int column, float sum)
    {
        if (column >= Columns) return;
        float before = 0;
        if (Epilogue.Mode != StoreMode.Overwrite) before = y[index];
        y[index] = Epilogue.Result(sum, before);
    }
}
