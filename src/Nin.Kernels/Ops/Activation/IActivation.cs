namespace Nin;

/// <summary>
/// An activation: one struct with its formula and its gradient, each written once over <see cref="IReal{TSelf}"/>. Devices of every kind, the
/// tape and a declaration (<c>[Activation&lt;TActivation&gt;]</c>) take it from there; the library's own consist of nothing else. A struct implements
/// <see cref="ISavesOutput"/> or <see cref="ISavesInput"/>, by what its gradient reads.
/// </summary>
/// <remarks>
/// <para>
/// Fields (a slope, a limit) are passed to the kernels with the struct: 32-bit numbers only. A device other than <c>cpu</c> compiles the members
/// through ILGPU: they may call each other and what is defined over <see cref="IReal{TSelf}"/>, and must not throw, allocate or use a
/// <c>switch</c>. The struct, and the types around it, must be public.
/// </para>
/// <para>Mark both members <c>[MethodImpl(MethodImplOptions.AggressiveInlining)]</c>: a call for each register costs more than most formulas.</para>
/// </remarks>
/// <example>
/// <code>
/// public readonly struct Celu(float alpha) : ISavesOutput
/// {
///     readonly float alpha = alpha;
///
///     public static string Name => "Celu";
///
///     [MethodImpl(MethodImplOptions.AggressiveInlining)]
///     public T Value&lt;T&gt;(T x) where T : struct, IReal&lt;T&gt; =>
///         T.SelectGreater(x, T.Broadcast(0), x, alpha * (T.Exp(x / alpha) - 1));
///
///     [MethodImpl(MethodImplOptions.AggressiveInlining)]
///     public T Gradient&lt;T&gt;(T y, T dy) where T : struct, IReal&lt;T&gt; =>
///         T.SelectGreater(y, T.Broadcast(0), dy, dy * (y / alpha + 1));
/// }
/// </code>
/// </example>
public interface IActivation
{
    /// <summary>Its name in messages and summaries.</summary>
    static abstract string Name { get; }

    /// <summary>Whether the gradient reads the output, or else the input: <see cref="ISavesOutput"/> and <see cref="ISavesInput"/> define it.</summary>
    static abstract bool SavesOutput { get; }

    /// <summary>The formula: y as a function of x, element by element.</summary>
    T Value<T>(T x)
        where T : struct, IReal<T>;

    /// <summary>The gradient of x: <paramref name="dy"/> times the derivative.</summary>
    /// <param name="saved">The output y of <see cref="ISavesOutput"/>, the input x of <see cref="ISavesInput"/>.</param>
    /// <param name="dy">Gradient of the output.</param>
    T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T>;
}

/// <summary>
/// An activation whose derivative is a function of its output: the output may take the input's place in memory, and training keeps no input.
/// </summary>
public interface ISavesOutput : IActivation
{
    static bool IActivation.SavesOutput => true;
}

/// <summary>An activation whose derivative is computed from its input, which training keeps.</summary>
public interface ISavesInput : IActivation
{
    static bool IActivation.SavesOutput => false;
}

/// <summary>
/// The numbers that an activation is written over: a single float32 in the kernels of an accelerator, a register of them in vectorised code
/// (every operation lane by lane), a float64 in <see cref="ActivationCheck"/>. Arithmetic is IEEE's; a <c>float</c> on either side is
/// a constant.
/// </summary>
/// <typeparam name="TSelf">The number.</typeparam>
public interface IReal<TSelf>
    where TSelf : struct, IReal<TSelf>
{
    /// <summary>A constant.</summary>
    static abstract TSelf Broadcast(float value);

    /// <summary>The sum.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>The difference.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>The product.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>The quotient.</summary>
    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>The number with the other sign.</summary>
    static abstract TSelf operator -(TSelf value);

    /// <summary><c>a b + addend</c>, rounded once where the hardware has a fused instruction.</summary>
    static abstract TSelf MulAdd(TSelf a, TSelf b, TSelf addend);

    /// <summary>The larger of two. A NaN in <paramref name="right"/> is kept; one in <paramref name="left"/> need not be.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The smaller of two. A NaN in <paramref name="right"/> is kept; one in <paramref name="left"/> need not be.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>The square root.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary>The number without its sign.</summary>
    static abstract TSelf Abs(TSelf value);

    /// <summary>
    /// <c>left > right ? then : otherwise</c>. Both are computed and one is chosen, so a NaN or an infinity in the other does no harm. A
    /// comparison with NaN is false.
    /// </summary>
    static abstract TSelf SelectGreater(TSelf left, TSelf right, TSelf then, TSelf otherwise);

    /// <summary><c>e^x</c>, to two units in the last place; 0 and infinity beyond the range of float32.</summary>
    static abstract TSelf Exp(TSelf x);

    /// <summary>The hyperbolic tangent, to two units in the last place.</summary>
    static abstract TSelf Tanh(TSelf x);

    /// <summary>The error function, <c>2 / √π</c> times the integral of <c>e^(-t²)</c> from 0 to x, to two units in the last place.</summary>
    static abstract TSelf Erf(TSelf x);
}

/// <summary>Arithmetic of an <see cref="IReal{TSelf}"/> with constants, and what is derived from its functions.</summary>
public static class Real
{
    extension<T>(T)
        where T : struct, IReal<T>
    {
        /// <summary>The sum with a constant.</summary>
        public static T operator +(T left, float right) => left + T.Broadcast(right);

        /// <inheritdoc cref="op_Addition{T}(T, float)"/>
        public static T operator +(float left, T right) => T.Broadcast(left) + right;

        /// <summary>The difference from a constant.</summary>
        public static T operator -(T left, float right) => left - T.Broadcast(right);

        /// <inheritdoc cref="op_Subtraction{T}(T, float)"/>
        public static T operator -(float left, T right) => T.Broadcast(left) - right;

        /// <summary>The product with a constant.</summary>
        public static T operator *(T left, float right) => left * T.Broadcast(right);

        /// <inheritdoc cref="op_Multiply{T}(T, float)"/>
        public static T operator *(float left, T right) => T.Broadcast(left) * right;

        /// <summary>The quotient with a constant.</summary>
        public static T operator /(T left, float right) => left / T.Broadcast(right);
    }
}
