using System.Runtime.CompilerServices;

namespace Nin.Kernels.Tests.Activations;

/// <summary>What a user writes: a formula with a number of its own, whose gradient reads the output (Clevert et al. 2015).</summary>
public readonly struct OutputElu(float alpha) : ISavesOutput
{
    readonly float alpha = alpha;

    public static string Name => "OutputElu";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.SelectGreater(x, T.Broadcast(0), x, alpha * (T.Exp(x) - 1f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        T.SelectGreater(saved, T.Broadcast(0), dy, dy * (saved + alpha));
}

/// <summary>A user's formula whose gradient reads the input, with two numbers and every operation.</summary>
public readonly struct Bent(float height, float width) : ISavesInput
{
    readonly float height = height;
    readonly float width = width;

    public static string Name => "Bent";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        height * (T.Sqrt(T.MulAdd(x, x, T.Broadcast(width))) / 2f) - -x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        dy * (height * saved / (2f * T.Sqrt(T.MulAdd(saved, saved, T.Broadcast(width)))) + 1f);
}
