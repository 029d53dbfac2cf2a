using Nin.Kernels.Tests.Activations;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    // Around the kinks, where an exponential of float32 ends, and beyond.
    static readonly float[] Edges =
    [
        0, -0f, 1e-40f, -1e-40f, 1e-20f, -1e-20f, 0.6249f, 0.6251f, -3, 3, 6, -6, 9, -9, 20, -20, 87, -87, 88.7f, -88.7f, 103, -103, 1e30f,
        -1e30f, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    public static TheoryData<string> ActivationNames => ActivationCases.Names;

    [DeviceTheory, MemberData(nameof(ActivationNames))]
    public void Activation_forward(string name)
    {
        ActivationCase activation = ActivationCases.All[name];
        float[] x = [.. Edges.Where(v => MathF.Abs(v) < 1e10f || name != Bent.Name), .. RandomData.Uniform(1, 4099, -10, 10), .. RandomData.Normal(2, 4099)];
        Operand input = In(x), y = Out(x.Length), inPlace = Over(x);
        activation.Forward(Stream, input, y);
        activation.Forward(Stream, inPlace, inPlace);
        Oracle want = activation.Reference.Forward(x.Widen());
        Comparison.Agree(y.Read(), want, name);
        inPlace.Read().Should().Equal(y.Read());
    }

    [DeviceTheory, MemberData(nameof(ActivationNames))]
    public void Activation_backward(string name)
    {
        ActivationCase activation = ActivationCases.All[name];
        float[] x = [.. Edges.Where(v => !float.IsNaN(v) && (MathF.Abs(v) < 1e10f || name != Bent.Name)), .. RandomData.Uniform(1, 4099, -10, 10)];
        float[] saved = activation.SavesOutput ? [.. x.Select(v => (float)activation.Reference.Value(v))] : x;
        float[] dy = RandomData.Normal(2, x.Length), before = RandomData.Normal(3, x.Length);
        Operand kept = In(saved), gradient = In(dy);
        Oracle want = activation.Reference.Backward(saved.Widen(), dy.Widen());
        foreach (bool accumulate in Both)
        {
            Operand dx = Target(accumulate, before);
            activation.Backward(Stream, kept, gradient, dx, accumulate);
            Comparison.Agree(dx.Read(), Wanted(accumulate, want, before), $"{name}, accumulate {accumulate}");
        }

        Operand inPlace = Over(dy);
        activation.Backward(Stream, kept, inPlace, inPlace, accumulate: false);
        Comparison.Agree(inPlace.Read(), want, $"{name} over dy");
    }

    [DeviceTheory, MemberData(nameof(ActivationNames))]
    public void Activation_takes_any_length(string name)
    {
        ActivationCase activation = ActivationCases.All[name];
        foreach (int length in new[] { 1, 3, 4, 5, 15, 16, 17, 31, 33 })
        {
            float[] x = RandomData.Normal(length, length);
            Operand y = Out(length), dx = Out(length);
            activation.Forward(Stream, In(x), y);
            Comparison.Agree(y.Read(), activation.Reference.Forward(x.Widen()), $"{name}, {length} elements");
            float[] saved = activation.SavesOutput ? y.Read() : x;
            activation.Backward(Stream, In(saved), In(x), dx, accumulate: false);
            Comparison.Agree(dx.Read(), activation.Reference.Backward(saved.Widen(), x.Widen()), $"dx of {name}, {length} elements");
        }
    }
}
