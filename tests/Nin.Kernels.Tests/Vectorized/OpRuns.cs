using System.Runtime.InteropServices;
using Nin.Kernels.Tests.Activations;
using Nin.Ops;

namespace Nin.Tests.Vectorized;

/// <summary>Every vectorised op that works on channels or single elements: its operands are made, and the call that runs it is returned.</summary>
static class OpRuns
{
    const int Height = 7;
    const int Width = 5;
    const int Pixels = Height * Width;

    public static IReadOnlyDictionary<string, Func<OpRun, Action>> All { get; } = Cases().ToDictionary(c => c.Name, c => c.Make);

    /// <summary>Those whose result for a channel has nothing to do with the channels beside it.</summary>
    public static IEnumerable<string> Channelwise => All.Keys.Where(name => 
        name is not ("Dropout" or "Transpose" or "CrossEntropy" or "PointwiseMlpBackward True" or "PointwiseMlpBackward False"));

    static IEnumerable<(string Name, Func<OpRun, Action> Make)> Cases() => [.. Elementwise(), .. Norms(), .. Pools(), .. Others(), .. PointwiseMlps()];

    static IEnumerable<(string Name, Func<OpRun, Action> Make)> Elementwise()
    {
        foreach ((string name, ActivationCase activation) in ActivationCases.All)
        {
            yield return ($"{name}Forward", r =>
            {
                DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(r.N * Pixels);
                return () => activation.Forward(r.Stream, x, y);
            });
            foreach (bool accumulate in new[] { false, true })
            {
                yield return ($"{name}Backward {accumulate}", r =>
                {
                    DeviceView saved = r.In(r.N * Pixels, 1), dy = r.In(r.N * Pixels, 2), dx = r.Out(r.N * Pixels);
                    return () => activation.Backward(r.Stream, saved, dy, dx, accumulate);
                });
            }
        }

        yield return ("Fill", r => Make<IFill>(r, op =>
        {
            DeviceView y = r.Out(r.N * Pixels);
            return () => op.Run(r.Stream, 0.3f, y);
        }));
        foreach (bool relu in new[] { false, true })
        {
            yield return ($"Add {relu}", r => Make<IAdd>(r, op =>
            {
                DeviceView a = r.In(r.N * Pixels, 1), b = r.In(r.N * Pixels, 2), y = r.Out(r.N * Pixels);
                return () => op.Run(r.Stream, a, b, y, relu);
            }));
        }

        SgdStep[] steps = [new(0.1f, WeightDecay: 0.01f), new(0.1f, 0.9f, 0.1f), new(0.1f, 0.9f, Nesterov: true, IsFirst: true)];
        foreach (SgdStep step in steps)
        {
            yield return ($"Sgd {step.Momentum} {step.Nesterov}", r => Make<ISgd>(r, op =>
            {
                DeviceView p = r.Out(r.N * Pixels), g = r.In(r.N * Pixels, 2), v = r.Out(r.N * Pixels, 3);
                return () => op.Run(r.Stream, step, p, g, v);
            }));
        }

        foreach (bool decoupled in new[] { false, true })
        {
            yield return ($"Adam {decoupled}", r => Make<IAdam>(r, op =>
            {
                DeviceView p = r.Out(r.N * Pixels), g = r.In(r.N * Pixels, 2), m = r.Out(r.N * Pixels, 3);
                DeviceView v = r.Out(r.N * Pixels, 4, positive: true);
                return () => op.Run(r.Stream, new AdamStep(0.01f, 0.9f, 0.999f, 1e-8f, 0.01f, decoupled, 3), p, g, m, v);
            }));
        }
    }

    static IEnumerable<(string Name, Func<OpRun, Action> Make)> Norms()
    {
        foreach (bool relu in new[] { false, true })
        {
            yield return ($"BatchNorm2dForwardInference {relu}", r => Make<IBatchNorm2dForwardInference>(r, op =>
            {
                DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(r.N * Pixels);
                BatchNormParameters parameters = Parameters(r, written: false);
                return () => op.Run(r.Stream, new BatchNormSizes(Pixels, r.Channels), r.N, x, parameters, relu, y);
            }));
            yield return ($"BatchNorm2dForwardTraining {relu}", r => Make<IBatchNorm2dForwardTraining>(r, op =>
            {
                DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(r.N * Pixels), mean = r.Out(1), inverse = r.Out(1);
                BatchNormParameters parameters = Parameters(r, written: true);
                return () => op.Run(r.Stream, new BatchNormSizes(Pixels, r.Channels), r.N, x, parameters, relu, y, mean, inverse);
            }));
            yield return ($"BatchNorm2dForwardTraining with a residual {relu}", r => Make<IBatchNorm2dForwardTraining>(r, op =>
            {
                DeviceView x = r.In(r.N * Pixels, 1), residual = r.In(r.N * Pixels, 2), y = r.Out(r.N * Pixels), mean = r.Out(1), inverse = r.Out(1);
                BatchNormParameters parameters = Parameters(r, written: true);
                return () => op.Run(r.Stream, new BatchNormSizes(Pixels, r.Channels), r.N, x, parameters, relu, y, mean, inverse, residual);
            }));
            yield return ($"BatchNorm2dBackward with a residual {relu}", r => Make<IBatchNorm2dBackward>(r, op =>
            {
                DeviceView x = r.In(r.N * Pixels, 1), mean = r.In(1, 2), inverse = r.In(1, 3, positive: true), dy = r.In(r.N * Pixels, 4);
                DeviceView y = r.In(r.N * Pixels, 5), dx = r.Out(r.N * Pixels), dr = r.Out(r.N * Pixels), dgamma = r.Out(1), dbeta = r.Out(1);
                BatchNormParameters parameters = Parameters(r, written: false);
                return () => op.Run(
                    r.Stream, new BatchNormSizes(Pixels, r.Channels), r.N, x, parameters, mean, inverse, relu: false, dy, dx, dgamma, dbeta,
                    false, false, false, new ResidualGradient(relu ? y : default, dr, relu));
            }));
            yield return ($"BatchNorm2dBackward {relu}", r => Make<IBatchNorm2dBackward>(r, op =>
            {
                DeviceView x = r.In(r.N * Pixels, 1), mean = r.In(1, 2), inverse = r.In(1, 3, positive: true), dy = r.In(r.N * Pixels, 4);
                DeviceView dx = r.Out(r.N * Pixels), dgamma = r.Out(1), dbeta = r.Out(1);
                BatchNormParameters parameters = Parameters(r, written: false);
                return () => op.Run(
                    r.Stream, new BatchNormSizes(Pixels, r.Channels), r.N, x, parameters, mean, inverse, relu, dy, dx, dgamma, dbeta, relu, relu, !relu);
            }));
        }
    }

    static IEnumerable<(string Name, Func<OpRun, Action> Make)> Pools()
    {
        foreach (bool accumulate in new[] { false, true })
        {
            yield return ($"MaxPool2dBackward {accumulate}", r => Make<IMaxPool2dBackward>(r, op =>
            {
                PoolSizes sizes = Sizes(r);
                DeviceView x = r.In(r.N * Pixels, 1), dy = r.In(r.N * Windows(sizes), 2), dx = r.Out(r.N * Pixels);
                (Action forward, DeviceView argmax) = ForwardArgmax(r, x, r.In(r.N * Windows(sizes), 3));
                return () =>
                {
                    forward();
                    op.Run(r.Stream, sizes, r.N, argmax, dy, dx, mask: !accumulate, accumulate);
                };
            }));
            yield return ($"AvgPool2dBackward {accumulate}", r => Make<IAvgPool2dBackward>(r, op =>
            {
                PoolSizes sizes = Sizes(r);
                DeviceView dy = r.In(r.N * Windows(sizes), 2), dx = r.Out(r.N * Pixels);
                return () => op.Run(r.Stream, sizes, countIncludePad: accumulate, r.N, dy, dx, accumulate);
            }));
            yield return ($"Multiply {accumulate}", r => Make<IMultiply>(r, op =>
            {
                DeviceView a = r.In(r.N * Pixels, 1), b = r.In(r.N * Pixels, 2), y = r.Out(r.N * Pixels);
                return () => op.Run(r.Stream, new MultiplySizes(r.N, Pixels, r.Channels), isGate: false, a, b, y, accumulate);
            }));
            yield return ($"Multiply by a gate {accumulate}", r => Make<IMultiply>(r, op =>
            {
                DeviceView a = r.In(r.N * Pixels, 1), gate = r.In(r.N, 2), y = r.Out(r.N * Pixels);
                return () => op.Run(r.Stream, new MultiplySizes(r.N, Pixels, r.Channels), isGate: true, a, gate, y, accumulate);
            }));
            yield return ($"MultiplySum {accumulate}", r => Make<IMultiplySum>(r, op =>
            {
                DeviceView a = r.In(r.N * Pixels, 1), b = r.In(r.N * Pixels, 2), y = r.Out(r.N);
                return () => op.Run(r.Stream, new MultiplySizes(r.N, Pixels, r.Channels), a, b, y, accumulate);
            }));
        }

        yield return ("MaxPool2dForward", r => Make<IMaxPool2dForward>(r, op =>
        {
            PoolSizes sizes = Sizes(r);
            DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(r.N * Windows(sizes));
            return () => op.Run(r.Stream, sizes, r.N, x, y);
        }));
        yield return ("MaxPool2dForwardArgmax", r => ForwardArgmax(r, r.In(r.N * Pixels, 1), r.Out(r.N * Windows(Sizes(r)))).Run);
        yield return ("AvgPool2dForward", r => Make<IAvgPool2dForward>(r, op =>
        {
            PoolSizes sizes = Sizes(r);
            DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(r.N * Windows(sizes));
            return () => op.Run(r.Stream, sizes, countIncludePad: false, r.N, x, y);
        }));
        yield return ("Mean of all pixels", r => Make<IAvgPool2dForward>(r, op =>
        {
            var sizes = PoolSizes.Global(new Shape(r.Channels, Height, Width));
            DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(r.N);
            return () => op.Run(r.Stream, sizes, countIncludePad: true, r.N, x, y);
        }));
    }

    static IEnumerable<(string Name, Func<OpRun, Action> Make)> Others()
    {
        foreach (bool accumulate in new[] { false, true })
        {
            yield return ($"ChannelSum {accumulate}", r => Make<IChannelSum>(r, op =>
            {
                DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(1);
                return () => op.Run(r.Stream, Pixels, r.Channels, r.N, x, y, accumulate);
            }));
            yield return ($"CopyBlock {accumulate}", r => Make<ICopyBlock>(r, op =>
            {
                DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(r.N * Pixels * 2);
                var block = new Block2d(r.N * Pixels, r.Channels, r.Channels, 2 * r.Channels);
                return () => op.Run(r.Stream, block, x, y, accumulate);
            }));
        }

        yield return ("Dropout", r => Make<IDropout>(r, op =>
        {
            DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(r.N * Pixels);
            return () => op.Run(r.Stream, new DropoutKey(0.4f, 5, 6, 7, 8), (long)Pixels * r.Channels, r.N, x, y, accumulate: true);
        }));
        yield return ("Transpose", r => Make<ITranspose>(r, op =>
        {
            DeviceView x = r.In(r.N * Pixels, 1), y = r.Out(r.N * Pixels);
            return () => op.Run(r.Stream, Pixels, r.Channels, r.N, x, y, accumulate: true);
        }));
        yield return ("CrossEntropy", r => Make<ISoftmaxCrossEntropy>(r, op =>
        {
            DeviceView z = r.In(r.N, 1), losses = r.Out(r.N), hits = r.Out(r.N), dz = r.Out(r.N);
            int[] labels = [.. Enumerable.Range(0, r.N).Select(i => i % r.Channels)];
            DeviceView ids = r.View(MemoryMarshal.Cast<int, float>(labels).ToArray());
            return () => op.Run(r.Stream, r.Channels, r.N, z, ids, 0.01f, losses, hits, dz);
        }));
    }

    static IEnumerable<(string Name, Func<OpRun, Action> Make)> PointwiseMlps() => new[] { false, true }.Select(relu =>
        ($"PointwiseMlpBackward {relu}", (Func<OpRun, Action>)(r => Make<IPointwiseMlpBackward>(r, op =>
        {
            DeviceView x = r.In(r.N * Pixels, 1), h = r.In(r.N * Pixels, 2), y = r.In(r.N * Pixels, 3), dy = r.In(r.N * Pixels, 4);
            DeviceView dx = r.Out(r.N * Pixels), w1 = r.In(r.Channels, 5), w2 = r.In(r.Channels, 6), none = default;
            var gradients = new PointwiseMlpGradients(r.Out(r.Channels), r.Out(1), r.Out(r.Channels), r.Out(1));
            var sizes = new PointwiseMlpSizes(1, Pixels, r.Channels, r.Channels, r.Channels);
            return () => op.Run(r.Stream, sizes, r.N, x, h, y, relu, new(w1, none, w2, none), dy, dx, gradients, relu, relu);
        }))));

    static Action Make<TOp>(OpRun run, Func<TOp, Action> make)
        where TOp : class, IOp =>
        make(run.Device.Kernels.Get<TOp>());

    /// <summary>Argmax indices are bytes, so that they are no output of channels of their own: their gradient shows them.</summary>
    static (Action Run, DeviceView Argmax) ForwardArgmax(OpRun run, DeviceView x, DeviceView y)
    {
        PoolSizes sizes = Sizes(run);
        DeviceView argmax = run.View(new float[(run.N * sizes.OutputLength + 3) / 4]);
        return (Make<IMaxPool2dForwardArgmax>(run, op => () => op.Run(run.Stream, sizes, run.N, x, y, argmax)), argmax);
    }

    static PoolSizes Sizes(OpRun run) => new(run.Channels, Height, Width, Kernel: 3, Stride: 2, Padding: 1);

    static int Windows(in PoolSizes sizes) => sizes.OutHeight * sizes.OutWidth;

    static BatchNormParameters Parameters(OpRun run, bool written) => new(
        run.In(1, 11), run.In(1, 12), written ? run.Out(1, 13) : run.In(1, 13),
        written ? run.Out(1, 14, positive: true) : run.In(1, 14, positive: true), 1e-5f, 0.1f);
}
