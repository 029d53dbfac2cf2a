using System.Diagnostics;
using Xunit.Abstractions;

namespace Nin.Runner.Tests;

/// <summary>Sessions that answer at the same time share the device's threads.</summary>
public sealed class FairnessTests(ITestOutputHelper output)
{
    const int Sessions = 8, Batch = 8;

    static readonly TimeSpan Time = TimeSpan.FromSeconds(8);

    // A measurement: for a machine that does nothing else.
    [LongFact]
    [Trait("Category", "Long")]
    public void Eight_sessions_answer_about_as_often_each_and_together_about_as_often_as_one()
    {
        using var device = Device.Open("cpu");
        using var network = Shipped.Models.Get("quick28").Create(device, 1);
        Answers(network, Sessions, TimeSpan.FromSeconds(1));
        double alone = Answers(network, 1, Time).Single();
        long[] together = Answers(network, Sessions, Time);

        output.WriteLine(
            $"{device.Threads} threads, batches of {Batch} in {Time.TotalSeconds:N0} s: one session alone {alone:N0}; {Sessions} together {together.Sum():N0}, each {string.Join(", ", together.Order())}");
        together.Sum().Should().BeGreaterThan((long)(0.8 * alone), "sharing costs little");
        ((double)together.Min() / together.Max()).Should().BeGreaterThan(0.5, "no session is left behind");
    }

    static long[] Answers(INetwork network, int sessions, TimeSpan time)
    {
        long[] answers = new long[sessions];
        var threads = Enumerable.Range(0, sessions).Select(i => new Thread(() =>
        {
            using var session = network.CreateSession(Batch);
            using var input = new TensorBuffer(network.Device, Batch, network.Architecture.Input);
            float[] logits = new float[Batch * network.Architecture.Output.Length];
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time; answers[i]++) session.Forward(input.Tensor).CopyTo(logits, Layout.Nhwc);
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return answers;
    }
}
