using System.Runtime.CompilerServices;

namespace Nin;

/// <summary><c>max(0, x)</c> (<c>torch.nn.ReLU</c>). The gradient at 0 is 0.</summary>
public readonly struct Relu : ISavesOutput
{
    /// <inheritdoc/>
    public static string Name => "Relu";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Max(T.Broadcast(0), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        T.SelectGreater(saved, T.Broadcast(0), dy, T.Broadcast(0));
}

/// <summary><c>x > 0 ? x : slope x</c> (Maas, Hannun and Ng 2013; <c>torch.nn.LeakyReLU</c>). The gradient at 0 is the slope.</summary>
public readonly struct LeakyRelu : ISavesOutput
{
    readonly float slope;

    /// <param name="slope">Slope below zero, 0 or more: the sign of the output says on which side of zero the input was.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slope is negative, infinite or NaN.</exception>
    public LeakyRelu(float slope)
    {
        if (!(slope >= 0 && float.IsFinite(slope)))
            throw new ArgumentOutOfRangeException(nameof(slope), slope, "The slope of a leaky ReLU must be a finite number, 0 or more.");
        this.slope = slope;
    }

    /// <inheritdoc/>
    public static string Name => "LeakyRelu";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.SelectGreater(x, T.Broadcast(0), x, slope * x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        T.SelectGreater(saved, T.Broadcast(0), dy, slope * dy);
}

/// <summary><c>x > 0 ? x : alpha (e^x - 1)</c> (Clevert, Unterthiner and Hochreiter 2016; <c>torch.nn.ELU</c>). The gradient at 0 is alpha.</summary>
public readonly struct Elu : ISavesInput
{
    readonly float alpha;

    /// <param name="alpha">What the value tends to below zero, with the other sign.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is infinite or NaN.</exception>
    public Elu(float alpha)
    {
        if (!float.IsFinite(alpha)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The alpha of an ELU must be a finite number.");
        this.alpha = alpha;
    }

    /// <inheritdoc/>
    public static string Name => "Elu";

    // e^x - 1 = 2 t / (1 - t) with t = tanh(x / 2): below zero nothing cancels, as it does in the difference.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T>
    {
        T t = T.Tanh(0.5f * x);
        return T.SelectGreater(x, T.Broadcast(0), x, alpha * (2f * t / (1f - t)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        T.SelectGreater(saved, T.Broadcast(0), dy, dy * (alpha * T.Exp(saved)));
}

/// <summary><c>min(max(0, x), 6)</c> (Krizhevsky 2010; <c>torch.nn.ReLU6</c>). The gradient at 0 and at 6 is 0.</summary>
public readonly struct Relu6 : ISavesOutput
{
    /// <inheritdoc/>
    public static string Name => "Relu6";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Min(T.Broadcast(6), T.Max(T.Broadcast(0), x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        Between.Select(T.Broadcast(0), saved, T.Broadcast(6), dy);
}

/// <summary><c>min(max(min, x), max)</c> (<c>torch.nn.Hardtanh</c>, ONNX's <c>Clip</c>). The gradient at both bounds is 0.</summary>
public readonly struct HardTanh : ISavesOutput
{
    readonly float min, max;

    /// <param name="min">The lowest value.</param>
    /// <param name="max">The highest value, above <paramref name="min"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is infinite or NaN, or they are in another order.</exception>
    public HardTanh(float min, float max)
    {
        if (!float.IsFinite(min)) throw new ArgumentOutOfRangeException(nameof(min), min, "A bound must be a finite number.");
        if (!float.IsFinite(max) || max <= min)
            throw new ArgumentOutOfRangeException(nameof(max), max, $"The upper bound must be a finite number above {min:R}, the lower one.");
        (this.min, this.max) = (min, max);
    }

    /// <inheritdoc/>
    public static string Name => "HardTanh";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Min(T.Broadcast(max), T.Max(T.Broadcast(min), x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        Between.Select(T.Broadcast(min), saved, T.Broadcast(max), dy);
}

/// <summary><c>1 / (1 + e^-x)</c> (<c>torch.nn.Sigmoid</c>).</summary>
public readonly struct Sigmoid : ISavesOutput
{
    /// <inheritdoc/>
    public static string Name => "Sigmoid";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        Logistic<T>.Of(x).Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        dy * (saved * (1f - saved));
}

/// <summary><c>tanh x</c> (<c>torch.nn.Tanh</c>).</summary>
public readonly struct Tanh : ISavesOutput
{
    /// <inheritdoc/>
    public static string Name => "Tanh";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        dy * ((1f - saved) * (1f + saved));
}

/// <summary><c>x / (1 + e^-x)</c>, also known as swish (<c>torch.nn.SiLU</c>). At minus infinity it is its limit, 0.</summary>
public readonly struct Silu : ISavesInput
{
    // Where the derivative has long since reached 0 or 1: beyond it, infinity times 0 would be NaN.
    const float Bound = 128;

    /// <inheritdoc/>
    public static string Name => "Silu";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Max(T.Broadcast(-Bound), x) * Logistic<T>.Of(x).Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T>
    {
        T x = T.Max(T.Broadcast(-Bound), T.Min(T.Broadcast(Bound), saved));
        var s = Logistic<T>.Of(x);
        return dy * (s.Value * (1f + x * s.Rest));
    }
}

/// <summary>
/// <c>x Φ(x)</c>, Φ the distribution function of the normal distribution, <c>(1 + erf(x / √2)) / 2</c>: the exact form, which is PyTorch's default
/// (Hendrycks and Gimpel 2016; <c>torch.nn.GELU</c>). At minus infinity it is its limit, 0.
/// </summary>
public readonly struct Gelu : ISavesInput
{
    // Where the derivative has long since reached 0 or 1: beyond it, infinity times 0 would be NaN.
    const float Bound = 128;

    /// <inheritdoc/>
    public static string Name => "Gelu";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Max(T.Broadcast(-Bound), x) * Distribution(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T>
    {
        T x = T.Max(T.Broadcast(-Bound), T.Min(T.Broadcast(Bound), saved));
        T density = 0.398942280f * T.Exp(-0.5f * x * x);
        return dy * T.MulAdd(x, density, Distribution(x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Distribution<T>(T x)
        where T : struct, IReal<T> =>
        0.5f * (1f + T.Erf(0.707106781f * x));
}

/// <summary>
/// <c>x min(max(0, x + 3), 6) / 6</c> (Howard et al. 2019; <c>torch.nn.Hardswish</c>). The gradient is 0 at -3 and 1 at 3; at minus infinity the
/// value is its limit, 0.
/// </summary>
public readonly struct HardSwish : ISavesInput
{
    /// <inheritdoc/>
    public static string Name => "HardSwish";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Max(T.Broadcast(-3), x) * default(HardSigmoid).Value(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T>
    {
        T below = T.SelectGreater(saved, T.Broadcast(-3), dy * (saved / 3f + 0.5f), T.Broadcast(0));
        return T.SelectGreater(T.Broadcast(3), saved, below, dy);
    }
}

/// <summary><c>min(max(0, x + 3), 6) / 6</c> (<c>torch.nn.Hardsigmoid</c>). The gradient at -3 and at 3 is 0.</summary>
public readonly struct HardSigmoid : ISavesOutput
{
    /// <inheritdoc/>
    public static string Name => "HardSigmoid";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        default(Relu6).Value(x + 3f) / 6f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        Between.Select(T.Broadcast(0), saved, T.Broadcast(1), dy / 6f);
}

/// <summary>A gradient that passes between two bounds.</summary>
static class Between
{
    /// <summary><c>low &lt; y &lt; high ? dy : 0</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Select<T>(T low, T y, T high, T dy)
        where T : struct, IReal<T> =>
        T.SelectGreater(y, low, T.SelectGreater(high, y, dy, T.Broadcast(0)), T.Broadcast(0));
}

/// <summary>The logistic function and its difference from 1.</summary>
/// <param name="Value"><c>1 / (1 + e^-x)</c></param>
/// <param name="Rest"><c>1 / (1 + e^x)</c></param>
readonly record struct Logistic<T>(T Value, T Rest)
    where T : struct, IReal<T>
{
    /// <summary>Of <c>e^-|x|</c>, which never overflows, so that neither loses its digits near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<T> Of(T x)
    {
        T e = T.Exp(-T.Abs(x)), sum = 1f + e, one = T.Broadcast(1);
        return new(T.SelectGreater(T.Broadcast(0), x, e, one) / sum, T.SelectGreater(T.Broadcast(0), x, one, e) / sum);
    }
}
