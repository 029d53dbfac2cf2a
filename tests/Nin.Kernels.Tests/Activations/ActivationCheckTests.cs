namespace Nin.Kernels.Tests.Activations;

public sealed class ActivationCheckTests
{
    [Theory, MemberData(nameof(ActivationCases.Names), MemberType = typeof(ActivationCases))]
    public void A_right_activation_passes(string name)
    {
        foreach (string id in new[] { "cpu", "emulator" })
        {
            using Device device = Device.Open(id);
            ActivationCases.All[name].Check(device);
        }
    }

    [Fact]
    public void A_wrong_gradient_is_found() => Fails(new WrongSquare(below: 0), "*WrongSquare at -8*gradient is -15*slope -16*");

    [Fact]
    public void So_is_one_that_is_wrong_in_a_small_range() => Fails(new WrongSquare(below: -7.99f), "*WrongSquare at -8*");

    [Fact]
    public void A_lost_NaN_is_found() => Fails(default(LosesNaN), "*LosesNaN at NaN: the value is a number*");

    [Theory, InlineData(1, 1), InlineData(2, 1), InlineData(0, float.PositiveInfinity)]
    public void A_range_has_a_beginning_and_an_end(float from, float to)
    {
        using Device device = Device.Open("cpu");
        FluentActions.Invoking(() => ActivationCheck.Run(default(Tanh), device, from, to)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(to));
    }

    static void Fails<TActivation>(TActivation activation, string message)
        where TActivation : unmanaged, IActivation
    {
        using Device device = Device.Open("cpu");
        FluentActions.Invoking(() => ActivationCheck.Run(activation, device)).Should().Throw<InvalidOperationException>().WithMessage(message);
    }

    readonly struct WrongSquare(float below) : ISavesInput
    {
        readonly float below = below;

        public static string Name => "WrongSquare";

        public T Value<T>(T x)
            where T : struct, IReal<T> =>
            x * x;

        public T Gradient<T>(T saved, T dy)
            where T : struct, IReal<T> =>
            dy * (saved + saved + T.SelectGreater(T.Broadcast(below), saved, T.Broadcast(1), T.Broadcast(0)));
    }

    readonly struct LosesNaN : ISavesInput
    {
        public static string Name => "LosesNaN";

        public T Value<T>(T x)
            where T : struct, IReal<T> =>
            T.Max(x, T.Broadcast(0));

        public T Gradient<T>(T saved, T dy)
            where T : struct, IReal<T> =>
            T.SelectGreater(saved, T.Broadcast(0), dy, T.Broadcast(0));
    }
}
