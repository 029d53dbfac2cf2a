using Nin.Dimensions;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Networks;

/// <summary>What a device is given to do: the same each time, a little where it is executed by a program.</summary>
sealed class Load(Device device)
{
    public Device Device => device;

    public int Rounds { get; } = IsSlow(device) ? 3 : 12;

    public int Batch { get; } = IsSlow(device) ? 2 : 16;

    /// <summary>Whether a program executes its kernels: ILGPU's emulator, or the simulated CUDA driver.</summary>
    public static bool IsSlow(Device device) => device.Kind == DeviceKind.Emulator || device.Name.StartsWith("Simulated", StringComparison.Ordinal);

    public float[] Images(int round) => RandomData.Normal(round, Batch * (int)QueueNet.Architecture.Input.Length);

    public int[] Labels(int round) => RandomData.Labels(round, Batch, 6);

    public TensorBuffer<Chw<D3, D20, D18>> Input(QueueNet net, int round)
    {
        var images = net.CreateInput(Batch);
        images.CopyFrom(Images(round), Layout.Nchw);
        return images;
    }

    /// <summary>The logits of some rounds, in a session of their own.</summary>
    public float[][] Serve(QueueNet net, int first, int count)
    {
        using var session = net.CreateSession(Batch);
        using var images = net.CreateInput(Batch);
        var results = new float[count][];
        for (int i = 0; i < count; i++)
        {
            images.CopyFrom(Images(first + i), Layout.Nchw);
            results[i] = session.Forward(images).ToArray();
        }

        return results;
    }

    /// <summary>The losses of a network of its own.</summary>
    public float[] Train(int seed)
    {
        using var net = new QueueNet(device, seed);
        using var sgd = new Sgd(net.Parameters, 0.01, momentum: 0.9);
        using var images = net.CreateInput(Batch);
        var losses = new float[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            images.CopyFrom(Images(i), Layout.Nchw);
            losses[i] = net.TrainStep(images, Labels(i), sgd);
        }

        return losses;
    }

    /// <summary>The weights after steps whose batch is filled again while the step before may still read it.</summary>
    public float[] Weights(bool waits)
    {
        using var net = new QueueNet(device, seed: 1);
        using var session = net.CreateSession(Batch);
        using var adam = new Adam(net.Parameters);
        using var images = net.CreateInput(Batch);
        for (int i = 0; i < Rounds; i++)
        {
            images.CopyFrom(Images(i), Layout.Nchw);
            session.QueueTrainStep(images, Labels(i), adam);
            WaitIf(waits);
        }

        return [.. net.Parameters.SelectMany(p => p.ToArray())];
    }

    /// <summary>The logits that a second session gives between two steps of the first, which must write its weights after they were read.</summary>
    public float[] Between(bool waits)
    {
        using var net = new QueueNet(device, seed: 1);
        using Session<Chw<D3, D20, D18>, Features<D6>> training = net.CreateSession(Batch), serving = net.CreateSession(Batch);
        using var sgd = new Sgd(net.Parameters, 0.01, momentum: 0.9);
        using TensorBuffer<Chw<D3, D20, D18>> images = Input(net, 0), asked = Input(net, 1);
        var results = new List<float>();
        for (int i = 0; i < Rounds; i++)
        {
            training.QueueTrainStep(images, Labels(i), sgd);
            WaitIf(waits);
            var y = serving.Forward(asked);
            WaitIf(waits);
            training.QueueTrainStep(images, Labels(i), sgd);
            results.AddRange(y.ToArray());
        }

        return [.. results];
    }

    /// <summary>What a tape, an optimiser on its own and a layer give after queued steps.</summary>
    public float[] ByHand(bool waits)
    {
        using var net = new QueueNet(device, seed: 1);
        using var session = net.CreateSession(Batch);
        using var sgd = new Sgd(net.Parameters, 0.01, momentum: 0.9);
        using var images = Input(net, 0);
        using var tape = new Tape(device);
        var results = new List<float>();
        for (int i = 0; i < Rounds; i++)
        {
            session.QueueTrainStep(images, Labels(i), sgd);
            WaitIf(waits);
            tape.Reset();
            var loss = Loss.CrossEntropy(session.ForwardTraining(tape.Input(images.Tensor)), Labels(i));
            WaitIf(waits);
            loss.Backward();
            WaitIf(waits);
            sgd.Step();
            WaitIf(waits);
            using var y = net.Block1.Conv.Forward(images);
            results.AddRange(y.ToArray(Layout.Nhwc).AsSpan(0, 100));
            results.Add(loss.Value);
        }

        return [.. results];
    }

    void WaitIf(bool waits)
    {
        if (waits) device.Synchronize();
    }
}
