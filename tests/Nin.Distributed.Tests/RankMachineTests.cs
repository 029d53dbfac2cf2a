namespace Nin.Distributed.Tests;

public sealed class RankMachineTests
{
    [Fact]
    public void Ranks_that_may_run_on_the_same_processors_share_them()
    {
        var found = ThreadRanks.Run(3, RankMachine.Find);

        found.Select(m => m.Index).Should().Equal(0, 1, 2);
        found.Should().OnlyContain(m => m.Count == 3 && m.Sharers == 3 && m.Threads == Math.Max(1, Environment.ProcessorCount / 3));
    }

    [Fact]
    public void A_device_that_is_named_is_taken_and_the_best_is_the_processor_where_there_is_no_GPU()
    {
        var second = new RankMachine(Index: 1, Count: 2, Sharers: 2);

        second.DeviceId("opencl:0").Should().Be("opencl:0");
        second.DeviceId("cpu").Should().Be("cpu");
        if (DeviceDiscovery.List().First(d => d.IsDefault).Kind == DeviceKind.Cpu) second.DeviceId("auto").Should().Be("auto");
    }
}
