using Nin.Data;
using Nin.Model.Tests.Networks;

namespace Nin.Model.Tests.Data;

[Collection(nameof(AloneCollection))]
public class LoadingThreadsTests
{
    static readonly ImageDataset Data = SyntheticDataset.Create(103, 1, 8, 6, seed: 3);

    [Fact]
    public void Several_threads_share_a_batch_and_end_with_the_loop()
    {
        using var pixels = new WatchedMemory(Data.Pixels.ToArray());
        var watched = new ImageDataset(pixels.Memory, Data.Labels.ToArray(), 1, 8, 6, Data.ClassNames);
        pixels.Readers.Clear();
        var loader = new DataLoader(watched, new() { BatchSize = 103, Workers = 4, Transforms = [new Slow()] });

        foreach (ImageBatch unused in loader.Epoch(0))
            break;

        pixels.Readers.Distinct().Should().HaveCount(4).And.NotContain(Thread.CurrentThread).And.OnlyContain(thread => !thread.IsAlive);
    }

    [Fact]
    public void Of_several_images_that_fail_the_first_is_told()
    {
        foreach (int workers in new[] { 1, 2, 4, 7 })
        {
            for (int repeat = 0; repeat < 20; repeat++)
            {
                var loader = new DataLoader(Data, new() { BatchSize = 50, Workers = workers, Transforms = [new Failing()] });
                int batches = 0;
                FluentActions.Invoking(() =>
                {
                    foreach (ImageBatch unused in loader.Epoch(0)) batches++;
                }).Should().Throw<InvalidDataException>().WithMessage("image of 61");
                batches.Should().Be(1);
            }
        }
    }

    [Fact]
    public void Cancellation_reaches_the_consumer_from_every_thread()
    {
        using var cancellation = new CancellationTokenSource();
        var loader = new DataLoader(Data, new() { BatchSize = 10, Workers = 3 });
        FluentActions.Invoking(() =>
        {
            foreach (ImageBatch unused in loader.Epoch(0, cancellation.Token)) cancellation.Cancel();
        }).Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(cancellation.Token);
    }

    [Fact]
    public void A_batch_allocates_nothing()
    {
        Transform[] transforms = [new HorizontalFlip(), new RandomResizedCrop(), new Rotation(10), new Brightness(0.2), new Cutout(3)];
        var loader = new DataLoader(Data, new() { BatchSize = 5, Workers = 2, Transforms = transforms, Height = 12, Width = 12 });
        long after = 0;
        int batches = 0;
        foreach (ImageBatch unused in loader.Epoch(0))
        {
            // Prefetched ones are made meanwhile; the arrays of the largest crop are there after the first ones.
            if (++batches == 8) after = GC.GetTotalAllocatedBytes(precise: true);
            if (batches == 18) (GC.GetTotalAllocatedBytes(precise: true) - after).Should().BeLessThan(2048, "ten batches of 2,880 bytes of floats were made");
        }

        batches.Should().Be(21);
    }

    [Fact]
    public void Wrong_numbers_of_threads_are_refused()
    {
        foreach (int workers in new[] { 0, -1, 1025 })
            FluentActions.Invoking(() => new DataLoader(Data, new() { Workers = workers })).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Threads that load must be 1 to 1024*");
    }

    /// <summary>So slow that no thread makes all images before the others begin.</summary>
    sealed record Slow : Transform
    {
        public override void Apply(ImageView source, ImageView destination, TransformContext context) => Thread.Sleep(2);
    }

    /// <summary>Fails from image 61 on, the later the sooner.</summary>
    sealed record Failing : Transform
    {
        public override void Apply(ImageView source, ImageView destination, TransformContext context)
        {
            int index = 0;
            while (!Same(Data.Image(index), source.Pixels)) index++;
            if (index < 61) return;
            if (index == 61) Thread.Sleep(5);
            throw new InvalidDataException($"image of {index}");
        }

        static bool Same(ReadOnlySpan<byte> bytes, ReadOnlySpan<float> pixels)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] / 255f != pixels[i]) return false;
            }

            return true;
        }
    }
}
