using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    const int Steps = 3;

    public static TheoryData<float, float, bool, float> SgdOptions => new()
    {
        { 0, 0, false, 0 }, { 0, 0, false, 0.1f }, { 0.9f, 0, false, 0 }, { 0.9f, 0.5f, false, 0 }, { 0.9f, 0, true, 0 },
        { 0.9f, 0, true, 0.1f }, { 0.9f, 0.25f, false, 0.1f },
    };

    public static TheoryData<float, bool, float> AdamOptions => new()
    {
        { 0, false, 1e-8f }, { 0.1f, false, 1e-8f }, { 0.1f, true, 1e-8f }, { 0, false, 0.1f },
    };

    [DeviceTheory, MemberData(nameof(SgdOptions))]
    public void Sgd(float momentum, float dampening, bool nesterov, float weightDecay)
    {
        const float rate = 0.1f;
        var reference = new ReferenceSgd(rate, momentum, dampening, nesterov, weightDecay);
        foreach (int length in new[] { 1, 15, 16, 33, 1000 })
        {
            float[] p = RandomData.Normal(1, length), v = RandomData.Normal(2, length);
            Operand parameters = Over(p);
            Operand? velocity = momentum == 0 ? null : Out(length);
            for (int step = 1; step <= Steps; step++)
            {
                float[] g = RandomData.Normal(10 + step, length);
                var numbers = new SgdStep(rate, momentum, dampening, weightDecay, nesterov, IsFirst: step == 1);
                Op<ISgd>().Run(Stream, numbers, parameters, In(g), velocity);

                // The oracle goes on from what the device has, so that each bound is one step's.
                double[] pWide = p.Widen(), vWide = v.Widen();
                double kept = momentum == 0 || step == 1 ? 0 : momentum;
                double[] size = [.. Enumerable.Range(0, length).Select(i => kept * Math.Abs(v[i]) + Math.Abs(g[i]) + weightDecay * Math.Abs(p[i]))];
                Oracle want = reference.Step(step, pWide, g.Widen(), vWide);
                p = parameters.Read();
                Comparison.Agree(p, want, $"parameters after step {step}");
                if (velocity is null) continue;
                v = velocity.Read();
                Comparison.Agree(v, new Oracle(vWide, () => size, 5), $"velocity after step {step}");
            }
        }
    }

    [DeviceTheory, MemberData(nameof(AdamOptions))]
    public void Adam(float weightDecay, bool decoupled, float epsilon)
    {
        const float rate = 0.1f, beta1 = 0.9f, beta2 = 0.999f;
        var reference = new ReferenceAdam(rate, beta1, beta2, epsilon, weightDecay, decoupled);
        float added = decoupled ? 0 : weightDecay;
        foreach (int length in new[] { 1, 15, 16, 33, 1000 })
        {
            float[] p = RandomData.Normal(1, length), m = new float[length], v = new float[length];
            Operand parameters = Over(p), first = Over(m), second = Over(v);
            for (int step = 1; step <= Steps; step++)
            {
                float[] g = RandomData.Normal(10 + step, length);
                Op<IAdam>().Run(
                    Stream, new AdamStep(rate, beta1, beta2, epsilon, weightDecay, decoupled, step), parameters, In(g), first, second);

                // As above. The moments are two products and a sum each, of a gradient that is itself a product and a sum.
                double[] size = [.. p.Zip(g, (a, b) => Math.Abs(b) + added * Math.Abs(a))];
                double[] firstSize = [.. m.Zip(size, (old, d) => beta1 * Math.Abs(old) + (1 - beta1) * d)];
                double[] secondSize = [.. v.Zip(size, (old, d) => beta2 * old + (1 - beta2) * d * d)];
                double[] pWide = p.Widen(), mWide = m.Widen(), vWide = v.Widen();
                Oracle want = reference.Step(step, pWide, g.Widen(), mWide, vWide);
                (p, m, v) = (parameters.Read(), first.Read(), second.Read());
                Comparison.Agree(p, want, $"parameters after step {step}");
                Comparison.Agree(m, new Oracle(mWide, () => firstSize, 5), $"first moment after step {step}");
                Comparison.Agree(v, new Oracle(vWide, () => secondSize, 8), $"second moment after step {step}");
            }
        }
    }
}
