namespace Nin.Distributed.Tests;

public sealed class WatchdogTests
{
    readonly Clock clock = new();
    readonly Watchdog watch;

    public WatchdogTests() => watch = new Watchdog(silence: TimeSpan.FromSeconds(10), timeout: TimeSpan.FromSeconds(60), clock);

    [Fact]
    public void The_first_work_of_a_kind_has_the_timeout_and_what_follows_twenty_times_the_longest_before()
    {
        Work("a step", seconds: 59).Should().BeNull();
        Work("a step", seconds: 59).Should().BeNull("one alone tells nothing: it is the first that compiles");
        Work("a step", seconds: 20 * 59 - 1).Should().BeNull();
        Work("a test", seconds: 61).Should().Be("a test, the first, has made no progress for 61 seconds: it hangs, or needs more than the 60 of --rank-timeout (RanksOptions.Timeout)");
    }

    [Fact]
    public void A_slow_first_work_does_not_make_the_limit_of_the_others_long()
    {
        watch.Begin("a step", repeats: true);
        for (int layer = 0; layer < 100; layer++)
        {
            clock.Seconds += 20;
            watch.Overdue().Should().BeNull("each layer is a sign of progress");
            watch.Progressed();
        }

        Work("a step", seconds: 0.1);
        Work("a step", seconds: 39).Should().BeNull("a kernel may be new, as those of the first were, which took 20 seconds each");
        Work("a step", seconds: 1);
        Work("a step", seconds: 20 * 39 + 1).Should().NotBeNull();
    }

    [Fact]
    public void Short_work_has_the_whole_silence()
    {
        Work("a step", seconds: 0.1).Should().BeNull();
        Work("a step", seconds: 0.1).Should().BeNull();
        Work("a step", seconds: 9.9).Should().BeNull();
        Work("a step", seconds: 198.1).Should().Be("a step has made no progress for 198 seconds: the longest before took 9.9 in all, so it hangs");
    }

    [Fact]
    public void What_found_nothing_to_do_tells_nothing()
    {
        Work("a step", seconds: 5);
        watch.Begin("a step", repeats: true);
        Work("what comes after a step", seconds: 1, repeats: false);

        Work("a step", seconds: 59).Should().BeNull("only one has been done");
    }

    [Fact]
    public void Work_that_does_not_repeat_has_the_timeout_every_time()
    {
        for (int i = 0; i < 3; i++) Work("what comes after a step", seconds: 0.01, repeats: false);
        Work("what comes after a step", seconds: 59, repeats: false).Should().BeNull();
        Work("what comes after a step", seconds: 61, repeats: false).Should().Be(
            "what comes after a step has made no progress for 61 seconds: it hangs, or needs more than the 60 of --rank-timeout (RanksOptions.Timeout)");
    }

    [Fact]
    public void Waiting_for_other_ranks_is_no_work()
    {
        Work("a step", seconds: 1);
        Work("a step", seconds: 1);
        watch.Begin("a step", repeats: true);
        clock.Seconds += 5;
        watch.Waits(true);
        clock.Seconds += 1000;
        watch.Overdue().Should().BeNull();
        watch.Waits(false);
        clock.Seconds += 14;
        watch.Overdue().Should().BeNull();
        clock.Seconds += 2;
        watch.Overdue().Should().Be("a step has made no progress for 21 seconds: the longest before took 1 in all, so it hangs");
    }

    [Fact]
    public void After_the_last_work_nothing_is_watched()
    {
        Work("a step", seconds: 1);
        clock.Seconds += 1e6;
        watch.Overdue().Should().BeNull();
        watch.End();
        watch.Overdue().Should().BeNull();
    }

    string? Work(string kind, double seconds, bool repeats = true)
    {
        watch.Begin(kind, repeats);
        clock.Seconds += seconds;
        string? overdue = watch.Overdue();
        watch.Progressed();
        watch.End();
        return overdue;
    }

    sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }
}
