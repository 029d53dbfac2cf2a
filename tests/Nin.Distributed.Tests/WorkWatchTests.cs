namespace Nin.Distributed.Tests;

public sealed class WorkWatchTests
{
    readonly Clock clock = new();
    readonly WorkWatch watch;

    public WorkWatchTests() => watch = new WorkWatch(TimeSpan.FromSeconds(10), clock);

    [Fact]
    public void The_first_work_of_a_kind_has_ten_minutes_and_what_follows_twenty_times_the_longest()
    {
        Work("a step", seconds: 599).Should().BeNull();
        Work("a step", seconds: 20 * 599 - 1).Should().BeNull();
        Work("a test", seconds: 601).Should().Be("a test has taken 601 seconds so far, and is the first: it hangs");
    }

    [Fact]
    public void Short_work_has_the_whole_silence()
    {
        Work("a step", seconds: 0.1).Should().BeNull();
        Work("a step", seconds: 9.9).Should().BeNull();
        Work("a step", seconds: 198.1).Should().Be("a step has taken 198 seconds so far, and the longest before took 9.9: it hangs");
    }

    [Fact]
    public void Waiting_for_other_ranks_is_no_work()
    {
        Work("a step", seconds: 1);
        watch.Begin("a step");
        clock.Seconds += 5;
        watch.Waits(true);
        clock.Seconds += 1000;
        watch.Overdue().Should().BeNull();
        watch.Waits(false);
        clock.Seconds += 14;
        watch.Overdue().Should().BeNull();
        clock.Seconds += 2;
        watch.Overdue().Should().Be("a step has taken 21 seconds so far, and the longest before took 1: it hangs");
    }

    [Fact]
    public void Between_two_works_nothing_is_watched()
    {
        Work("a step", seconds: 1);
        clock.Seconds += 1e6;
        watch.Overdue().Should().BeNull();
        watch.End();
        watch.Overdue().Should().BeNull();
    }

    string? Work(string kind, double seconds)
    {
        watch.Begin(kind);
        clock.Seconds += seconds;
        string? overdue = watch.Overdue();
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
