namespace Nin.Generators.Layers;

/// <summary>One convolution of a NiN block.</summary>
/// <param name="Index">Its place among all modules of the block, as PyTorch's <c>Sequential</c> counts.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="Width">Output channels.</param>
/// <param name="Kernel">Side of its window.</param>
/// <param name="Relu">Whether a ReLU follows.</param>
/// <param name="Norm">Whether a normalisation stands before that ReLU, at the next index.</param>
readonly record struct BlockConvolution(int Index, long Channels, int Width, int Kernel, bool Relu, bool Norm);
