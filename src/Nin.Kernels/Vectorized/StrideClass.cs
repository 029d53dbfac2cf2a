using Nin.Ops;

namespace Nin.Vectorized;

/// <summary>
/// One axis of a transposed convolution, for the input positions <c>i</c> with <c>(i + padding) mod stride = Residue</c>. These read
/// only the taps <c>k</c> with <c>k dilation mod stride = Residue</c>, each <see cref="KernelStep"/> apart; over these taps the
/// gradient is a convolution of dy with stride 1, whose window runs against the taps.
/// </summary>
/// <remarks>
/// The obvious way, a convolution of dy with zeros between its pixels, multiplies stride² times as much. With
/// <c>k = FirstTap + KernelStep t</c> position <c>i</c> reads <c>o = (i + padding - k dilation) / stride</c>, which falls by
/// <see cref="OutputStep"/> with every t.
/// </remarks>
readonly struct StrideClass
{
    public StrideClass(in Conv2dSizes sizes, int residue, int length)
    {
        (int stride, int dilation) = (sizes.Stride, sizes.Dilation);
        int divisor = Divisor(stride, dilation);
        KernelStep = stride / divisor;
        OutputStep = dilation / divisor;
        FirstTap = 0;
        while (FirstTap < KernelStep && FirstTap * dilation % stride != residue)
        {
            FirstTap++;
        }

        // A residue that no tap has: FirstTap went through a whole period.
        bool none = FirstTap == KernelStep || FirstTap >= sizes.Kernel;
        Taps = none ? 0 : (sizes.Kernel - FirstTap + KernelStep - 1) / KernelStep;
        First = (residue - sizes.Padding % stride + stride) % stride;
        Count = First < length ? (length - First + stride - 1) / stride : 0;
        Start = (First + sizes.Padding - FirstTap * dilation) / stride - (Taps - 1) * OutputStep;
    }

    /// <summary>The first input position of the class; the others follow at the stride.</summary>
    public int First { get; }

    /// <summary>Input positions of the class.</summary>
    public int Count { get; }

    /// <summary>Taps that a position of the class reads.</summary>
    public int Taps { get; }

    /// <summary>The first of the taps.</summary>
    public int FirstTap { get; }

    /// <summary>From one tap to the next, in the kernel.</summary>
    public int KernelStep { get; }

    /// <summary>From one tap to the next, in dy.</summary>
    public int OutputStep { get; }

    /// <summary>Row or column of dy that the last tap of the first position reads; position j starts j further on.</summary>
    public int Start { get; }

    /// <summary>The tap that lies at place <paramref name="place"/> of the window over dy.</summary>
    public int TapAt(int place) => FirstTap + KernelStep * (Taps - 1 - place);

    static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
