using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Nin.Dimensions;
using Nin.Model.Tests.Data;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Networks;

/// <summary>A small network with folded normalisation, packed weights and a linear layer, whose answer takes microseconds.</summary>
[Network(1, 8, 8, Classes = 4)]
[NinBlock(16, 16, Kernel = 3, Padding = 1, BatchNorm = true)]
[MaxPool2d(2)]
[Flatten]
[Linear(4)]
public sealed partial class ServedNet;

/// <summary>A normalisation of so many channels that its statistics take long to update.</summary>
[Network(1024, 2, 2, Classes = 4)]
[BatchNorm2d(Name = "Norm")]
[GlobalAvgPool2d]
[Flatten]
[Linear(4, Name = "Last")]
public sealed partial class TapedNet;

/// <summary>Threads that share a network get right numbers or an exception, whatever else happens to the network meanwhile.</summary>
public sealed class ServingTests : IDisposable
{
    const int Threads = 8;

    readonly Device device = Device.Open("cpu", threads: 2);
    readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Answers_during_reloads_are_each_of_one_of_the_two_networks() => ServeDuringReloads(answersWanted: 15_000, reloadsWanted: 15);

    [LongFact]
    [Trait("Category", "Long")]
    public void A_hundred_thousand_answers_during_reloads_are_each_of_one_of_the_two_networks() => ServeDuringReloads(answersWanted: 100_000, reloadsWanted: 100);

    void ServeDuringReloads(int answersWanted, int reloadsWanted)
    {
        string[] files = [folder["a.safetensors"], folder["b.safetensors"]];
        using var net = new ServedNet(device, seed: 1);
        using var images = Images(net);
        var expected = new float[2][];
        for (int i = 0; i < 2; i++)
        {
            using var other = new ServedNet(device, seed: 10 + i);
            RunningStatistics(other, seed: i);
            other.Save(files[i]);
            expected[i] = other.Forward(images).ToArray();
        }

        expected[0].Should().NotEqual(expected[1]);
        Checkpoint.Load(net, files[0]);
        var counts = new int[3];
        int answers = 0, reloads = 0;
        using var serving = new CountdownEvent(Threads);
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            using var session = net.CreateSession(maxBatch: 1);
            while (Interlocked.Increment(ref answers) <= answersWanted || Volatile.Read(ref reloads) < reloadsWanted)
            {
                var answer = session.Forward(images).ToArray();
                Interlocked.Increment(ref counts[IsSame(answer, expected[0]) ? 0 : IsSame(answer, expected[1]) ? 1 : 2]);
            }

            serving.Signal();
        })).ToList();
        threads.ForEach(t => t.Start());
        while (!serving.IsSet)
        {
            Checkpoint.Load(net, files[(reloads + 1) % 2]);
            Interlocked.Increment(ref reloads);
        }

        threads.ForEach(t => t.Join());

        counts.Sum().Should().BeGreaterThanOrEqualTo(answersWanted);
        counts[2].Should().Be(0, "an answer of neither network mixes the two");
        counts[0].Should().BePositive();
        counts[1].Should().BePositive();
    }

    [Fact]
    public void Eight_threads_in_one_session_get_right_answers_or_an_exception_that_names_CreateSession()
    {
        using var net = new ServedNet(device, seed: 1);
        var inputs = Enumerable.Range(0, Threads).Select(i => Images(net, seed: i)).ToList();
        var expected = inputs.ConvertAll(x => net.Forward(x).ToArray());
        var messages = new ConcurrentDictionary<string, int>();
        int right = 0, wrong = 0;
        InParallel(thread =>
        {
            for (int call = 0; call < 2000; call++)
            {
                try
                {
                    var answer = net.Forward(inputs[thread]).ToArray();
                    Interlocked.Increment(ref IsSame(answer, expected[thread]) ? ref right : ref wrong);
                }
                catch (InvalidOperationException exception)
                {
                    messages.AddOrUpdate(exception.Message, 1, (_, n) => n + 1);
                }
            }
        });
        inputs.ForEach(x => x.Dispose());

        wrong.Should().Be(0);
        right.Should().BePositive();
        messages.Keys.Should().NotBeEmpty().And.OnlyContain(m => m.Contains("CreateSession"));
        messages.Keys.Should().Contain(m => m.Contains("ServedNet") && m.Contains("another thread"));
    }

    [Fact]
    public void Two_threads_that_train_one_network_through_one_session_are_told_at_once()
    {
        using var net = new ServedNet(device, seed: 1);
        using var sgd = new Sgd(net.Parameters, 0.01);
        using var images = Images(net, batch: 8);
        int[] labels = RandomData.Labels(1, 8, 4);
        int steps = 0, refused = 0;
        InParallel(_ =>
        {
            for (int call = 0; call < 200; call++)
            {
                try
                {
                    net.TrainStep(images, labels, sgd);
                    Interlocked.Increment(ref steps);
                }
                catch (InvalidOperationException exception) when (exception.Message.Contains("CreateSession"))
                {
                    Interlocked.Increment(ref refused);
                }
            }
        });

        (steps + refused).Should().Be(Threads * 200);
        net.TrainingSteps.Should().Be(steps);
        sgd.Steps.Should().Be(steps);
    }

    [Fact]
    public void Answers_while_another_session_trains_are_those_of_a_whole_number_of_steps()
    {
        using var net = new ServedNet(device, seed: 1);
        using var sgd = new Sgd(net.Parameters, 0.05, momentum: 0.9);
        using var images = Images(net);
        using var batch = Images(net, seed: 5, batch: 16);
        using var training = net.CreateSession(16);
        using var check = net.CreateSession(1);
        int[] labels = RandomData.Labels(1, 16, 4);
        var known = new HashSet<string> { Key(check.Forward(images).ToArray()) };
        var given = new ConcurrentDictionary<string, byte>();
        bool over = false;
        var servers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            using var session = net.CreateSession(1);
            while (!Volatile.Read(ref over)) given.TryAdd(Key(session.Forward(images).ToArray()), 0);
        })).ToList();
        servers.ForEach(s => s.Start());
        // On a machine with other work the servers may get their turn late.
        for (int step = 0; step < 60 || (step < 10_000 && given.Count <= 5); step++)
        {
            training.TrainStep(batch, labels, sgd);
            known.Add(Key(check.Forward(images).ToArray()));
        }

        Volatile.Write(ref over, true);
        servers.ForEach(s => s.Join());
        given.Should().HaveCountGreaterThan(5);
        given.Keys.Should().OnlyContain(answer => known.Contains(answer));
    }

    [Fact]
    public void Answers_while_an_own_loop_trains_are_those_of_a_whole_pass_or_step()
    {
        using var net = new ServedNet(device, seed: 1);
        using var sgd = new Sgd(net.Parameters, 0.05, momentum: 0.9);
        using var images = Images(net);
        using var batch = Images(net, seed: 5, batch: 16);
        using var training = net.CreateSession(16);
        int[] labels = RandomData.Labels(1, 16, 4);
        ServeWhile(images, net.CreateSession, moved =>
        {
            // The forward pass moves running statistics, the step weights: two changes, each whole.
            var loss = Loss.CrossEntropy(training.ForwardTraining(batch), labels);
            moved();
            loss.Backward();
            sgd.Step();
            moved();
        });
    }

    [Fact]
    public void Answers_while_layers_train_on_a_tape_are_those_of_a_whole_pass_or_step()
    {
        using var net = new TapedNet(device, seed: 1);
        using var sgd = new Sgd(net.Parameters, 0.05, momentum: 0.9);
        using var images = net.CreateInput(1);
        images.CopyFrom(RandomData.Normal(3, 1024 * 4), Layout.Nchw);
        using var tape = new Tape(device);
        using var batches = net.CreateInput(4);
        batches.CopyFrom(RandomData.Normal(5, 4 * 1024 * 4), Layout.Nchw);
        int[] labels = RandomData.Labels(1, 4, 4);
        ServeWhile(images, net.CreateSession, moved =>
        {
            tape.Reset();
            var normalized = net.Norm.Forward(tape.Input(batches.Tensor));
            moved();
            var loss = Loss.CrossEntropy(net.Last.Forward(net.Flatten1.Forward(net.GlobalPool1.Forward(normalized))), labels);
            loss.Backward();
            sgd.Step();
            moved();
        });
    }

    [Fact]
    public void A_file_that_fails_half_way_leaves_the_network_as_it_was()
    {
        using var net = new ServedNet(device, seed: 1);
        using var other = new ServedNet(device, seed: 2);
        string path = folder["cut.safetensors"];
        other.Save(path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite)) file.SetLength(file.Length - 40);
        float[][] before = [.. net.Parameters.Select(p => p.ToArray())];
        net.Invoking(n => Checkpoint.Load(n, path)).Should().Throw<InvalidDataException>();
        foreach (var (parameter, old) in net.Parameters.Zip(before)) parameter.ToArray().Should().Equal(old, parameter.Name);
    }

    [Fact]
    public void Disposing_under_threads_that_serve_ends_them_with_an_exception_and_nothing_worse()
    {
        for (int round = 0; round < 8; round++)
        {
            var net = new ServedNet(device, seed: 1);
            using var images = Images(net);
            var expected = net.Forward(images).ToArray();
            var sessions = Enumerable.Range(0, 4).Select(_ => net.CreateSession(1)).ToList();
            int wrong = 0, ended = 0;
            var threads = sessions.Select((session, i) => new Thread(() =>
            {
                try
                {
                    while (true)
                    {
                        var answer = session.Forward(images);
                        var numbers = answer.ToArray();
                        if (!IsSame(numbers, expected)) Interlocked.Increment(ref wrong);
                    }
                }
                catch (Exception exception) when (exception is ObjectDisposedException or InvalidOperationException)
                {
                    Interlocked.Increment(ref ended);
                }
            })).ToList();
            threads.ForEach(t => t.Start());
            Thread.Sleep(2);
            if (round % 2 == 0) net.Dispose();
            sessions.ForEach(s => s.Dispose());
            threads.ForEach(t => t.Join());
            net.Dispose();
            (wrong, ended).Should().Be((0, 4));
        }
    }

    [Fact]
    public void Everything_disposes_twice_without_harm()
    {
        var own = Device.Open("cpu", threads: 2);
        var net = new ServedNet(own, seed: 1);
        var session = net.CreateSession(2);
        var images = Images(net);
        var adam = new Adam(net.Parameters);
        var tape = new Tape(own);
        session.TrainStep(images, [1], adam);
        Loss.CrossEntropy(net.ForwardTraining(tape.Input(images.Tensor)), [1]).Backward();
        IDisposable[] all = [tape, adam, images, session, net, own];
        foreach (var each in all)
        {
            each.Dispose();
            each.Invoking(e => e.Dispose()).Should().NotThrow(each.GetType().Name);
        }

        foreach (var each in all) each.Invoking(e => e.Dispose()).Should().NotThrow(each.GetType().Name);
        own.AllocatedBytes.Should().Be(0);
    }

    [Fact]
    public void A_change_inside_a_pass_that_reads_is_refused_in_place_of_waiting_for_itself()
    {
        using var net = new ServedNet(device, seed: 1);
        var weight = net.Parameters[0];
        float[] values = weight.ToArray();
        using (net.Parameters.Read())
        {
            weight.Invoking(w => w.CopyFrom(values)).Should().Throw<InvalidOperationException>().WithMessage("*being read on this thread*");
        }

        weight.CopyFrom(values);
    }

    // Trains while two threads serve: each of their answers must be one of those between two changes.
    static void ServeWhile<TIn, TOut>(TensorBuffer<TIn> images, Func<int, Session<TIn, TOut>> open, Action<Action> train)
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        using var check = open(1);
        var known = new HashSet<string> { Key(check.Forward(images).ToArray()) };
        var given = new ConcurrentDictionary<string, byte>();
        bool over = false;
        var servers = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            using var session = open(1);
            while (!Volatile.Read(ref over)) given.TryAdd(Key(session.Forward(images).ToArray()), 0);
        })).ToList();
        servers.ForEach(s => s.Start());
        for (int step = 0; step < 60 || (step < 10_000 && given.Count <= 5); step++) train(() => known.Add(Key(check.Forward(images).ToArray())));
        Volatile.Write(ref over, true);
        servers.ForEach(s => s.Join());
        given.Should().HaveCountGreaterThan(5);
        given.Keys.Should().OnlyContain(answer => known.Contains(answer));
    }

    static void InParallel(Action<int> work)
    {
        var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() => work(i))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
    }

    static TensorBuffer<Chw<D1, D8, D8>> Images(ServedNet net, int seed = 3, int batch = 1)
    {
        var images = net.CreateInput(batch);
        images.CopyFrom(RandomData.Normal(seed, batch * 64), Layout.Nchw);
        return images;
    }

    // Buffers that matter: fresh ones are 0 and 1 in every network.
    static void RunningStatistics(ServedNet net, int seed)
    {
        foreach (var parameter in net.Parameters.Where(p => !p.Spec.IsTrainable))
            parameter.CopyFrom([.. RandomData.Normal(seed, (int)parameter.Length).Select(v => 0.5f + MathF.Abs(v))]);
    }

    static bool IsSame(float[] left, float[] right) => MemoryMarshal.AsBytes<float>(left).SequenceEqual(MemoryMarshal.AsBytes<float>(right));

    static string Key(float[] answer) => Convert.ToHexString(MemoryMarshal.AsBytes<float>(answer));
}
