using Nin.Data;

namespace Nin.Model.Tests.Data;

public class BatchPrefetcherTests
{
    [Fact]
    public void Batches_come_in_order_and_the_end_stays_the_end()
    {
        int made = 0;
        using var prefetcher = new BatchPrefetcher((_, _) => made++ < 20, Buffers(3), CancellationToken.None);

        for (int i = 0; i < 20; i++)
            prefetcher.Next().Should().NotBeNull();
        prefetcher.Next().Should().BeNull();
        prefetcher.Next().Should().BeNull();
    }

    [Fact]
    public void No_more_is_made_ahead_than_there_are_buffers()
    {
        int made = 0;
        using var prefetcher = new BatchPrefetcher((_, _) => Interlocked.Increment(ref made) > 0, Buffers(3), CancellationToken.None);

        prefetcher.Next();
        SpinWait.SpinUntil(() => Volatile.Read(ref made) > 3, 200).Should().BeFalse("one is lent and two wait");
        prefetcher.Next();
        SpinWait.SpinUntil(() => Volatile.Read(ref made) == 4, 5000).Should().BeTrue();
    }

    [Fact]
    public void A_failure_comes_after_the_batches_before_it_and_stays()
    {
        int made = 0;
        using var prefetcher = new BatchPrefetcher(
            (_, _) => ++made < 3 ? true : throw new InvalidDataException("broken image"), Buffers(8), CancellationToken.None);

        prefetcher.Next().Should().NotBeNull();
        prefetcher.Next().Should().NotBeNull();
        for (int i = 0; i < 2; i++)
            prefetcher.Invoking(p => p.Next()).Should().Throw<InvalidDataException>().WithMessage("broken image");
    }

    [Fact]
    public void Disposal_ends_the_thread_while_it_waits_for_a_buffer()
    {
        Thread? worker = null;
        var prefetcher = new BatchPrefetcher((_, _) => (worker = Thread.CurrentThread) is not null, Buffers(2), CancellationToken.None);
        prefetcher.Next().Should().NotBeNull();

        prefetcher.Dispose();

        worker!.IsAlive.Should().BeFalse();
    }

    [Fact]
    public void Disposal_ends_the_thread_while_it_fills()
    {
        Thread? worker = null;
        using var filling = new ManualResetEventSlim();
        var prefetcher = new BatchPrefetcher(
            (_, token) =>
            {
                worker = Thread.CurrentThread;
                filling.Set();
                token.WaitHandle.WaitOne();
                token.ThrowIfCancellationRequested();
                return true;
            },
            Buffers(2),
            CancellationToken.None);
        filling.Wait();

        prefetcher.Dispose();

        worker!.IsAlive.Should().BeFalse();
    }

    [Fact]
    public void Waiting_for_a_batch_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(0.1));
        using var prefetcher = new BatchPrefetcher(
            (_, token) => token.WaitHandle.WaitOne() ? throw new OperationCanceledException(token) : true, Buffers(2), cancellation.Token);

        for (int i = 0; i < 2; i++)
            prefetcher.Invoking(p => p.Next())
                .Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(cancellation.Token);
    }

    static ImageBatch[] Buffers(int count) => [.. Enumerable.Range(0, count).Select(_ => new ImageBatch(1, 1))];
}
