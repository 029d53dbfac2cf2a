using Nin.Data;

namespace Nin.Model.Tests.Data;

public class DataLoaderTests
{
    static readonly ImageDataset Data = SyntheticDataset.Create(103, 1, 8, 6, seed: 3);

    [Fact]
    public void The_last_batch_is_smaller_and_nothing_is_lost()
    {
        var loader = new DataLoader(Data, new DataLoaderOptions { BatchSize = 25 });

        loader.BatchesPerEpoch.Should().Be(5);
        Copy(loader, 0).Select(b => b.Labels.Length).Should().Equal(25, 25, 25, 25, 3);
        Copy(loader, 0).SelectMany(b => b.Indices).Should().Equal(Enumerable.Range(0, 103));
        Copy(loader, 0).Should().OnlyContain(b => b.Images.Length == b.Labels.Length * 48);
    }

    [Fact]
    public void A_batch_size_that_divides_the_count_gives_no_empty_batch() =>
        Copy(new DataLoader(Data.Take(100), new DataLoaderOptions { BatchSize = 25 }), 0).Should().HaveCount(4);

    [Fact]
    public void A_batch_larger_than_the_data_is_the_data()
    {
        var loader = new DataLoader(Data, new DataLoaderOptions { BatchSize = 1000 });

        loader.BatchSize.Should().Be(103);
        Copy(loader, 0).Should().ContainSingle().Which.Labels.Should().Equal(Data.Labels.ToArray());
    }

    [Fact]
    public void A_shuffled_epoch_is_a_permutation_that_differs_by_epoch_and_seed()
    {
        int[] first = Order(seed: 1, epoch: 0);

        first.Order().Should().Equal(Enumerable.Range(0, 103));
        first.Should().NotBeInAscendingOrder();
        Order(1, 0).Should().Equal(first);
        Order(1, 1).Should().NotEqual(first);
        Order(2, 0).Should().NotEqual(first);

        static int[] Order(ulong seed, int epoch) =>
            [.. Copy(new DataLoader(Data, new DataLoaderOptions { BatchSize = 10, Shuffle = true, Seed = seed }), epoch)
                .SelectMany(b => b.Indices)];
    }

    [Fact]
    public void Every_place_is_equally_likely()
    {
        const int Count = 5, Draws = 5000;
        int[,] met = new int[Count, Count];
        int[] order = new int[Count];
        for (int epoch = 0; epoch < Draws; epoch++)
        {
            Sampler.Shuffled(order, seed: 9, epoch);
            for (int i = 0; i < Count; i++)
                met[i, order[i]]++;
        }

        // Each cell is binomial (5000, 1/5): mean 1000, deviation 28; five deviations.
        met.Cast<int>().Should().OnlyContain(n => Math.Abs(n - 1000) < 141);
    }

    [Fact]
    public void Order_and_images_do_not_depend_on_the_batch_size_or_on_prefetching()
    {
        var options = new DataLoaderOptions
        {
            BatchSize = 16, Shuffle = true, Augmentation = Augmentation.ShiftFlip, Seed = 4, Height = 11, Width = 13,
        };
        List<Copied> want = Copy(new DataLoader(Data, options with { Prefetch = 0 }), 2);

        foreach (int prefetch in new[] { 0, 1, 2, 7 })
        {
            foreach (int batchSize in new[] { 1, 16, 103 })
            {
                List<Copied> got = Copy(new DataLoader(Data, options with { BatchSize = batchSize, Prefetch = prefetch }), 2);
                got.SelectMany(b => b.Indices).Should().Equal(want.SelectMany(b => b.Indices));
                got.SelectMany(b => b.Labels).Should().Equal(want.SelectMany(b => b.Labels));
                got.SelectMany(b => b.Images).SequenceEqual(want.SelectMany(b => b.Images)).Should().BeTrue();
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public void An_epoch_from_a_later_batch_on_has_the_same_bits_and_does_not_make_those_before(int prefetch)
    {
        var options = new DataLoaderOptions { BatchSize = 16, Shuffle = true, Augmentation = Augmentation.ShiftFlip, Seed = 4, Prefetch = prefetch };
        List<Copied> whole = Copy(new DataLoader(Data, options), 2);
        for (int first = 0; first <= 7; first++)
        {
            var loader = new DataLoader(Data, options);
            var made = new List<int>();
            var rest = loader.Epoch(2, first, batch => made.AddRange(batch.Indices), CancellationToken.None)
                .Select(b => new Copied(b.Images.ToArray(), b.Labels.ToArray(), b.Indices.ToArray())).ToList();
            rest.Should().HaveCount(7 - first);
            made.Should().Equal(whole.Skip(first).SelectMany(b => b.Indices));
            rest.Should().BeEquivalentTo(whole.Skip(first), o => o.WithStrictOrdering());
        }

        foreach (int first in (int[])[-1, 8])
        {
            FluentActions.Invoking(() => new DataLoader(Data, options).Epoch(0, first)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("The first batch must be 0 to 7*");
        }
    }

    [Fact]
    public void One_image_is_an_epoch_of_one_batch()
    {
        var loader = new DataLoader(Data.Take(1), new DataLoaderOptions { BatchSize = 25, Shuffle = true });
        (loader.BatchSize, loader.BatchesPerEpoch).Should().Be((1, 1));
        Copy(loader, 0).Should().ContainSingle().Which.Indices.Should().Equal(0);
    }

    [Fact]
    public void No_images_are_refused_where_the_data_set_is_made()
    {
        FluentActions.Invoking(() => new ImageDataset(Array.Empty<byte>(), Array.Empty<int>(), 1, 8, 6, ["a"]))
            .Should().Throw<ArgumentException>().WithMessage("No images; a data set has one or more.*");
        FluentActions.Invoking(() => Data.Take(0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => SyntheticDataset.Create(0, 1, 8, 8, seed: 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void The_content_hash_tells_apart_what_training_would()
    {
        byte[] pixels = Data.Pixels.ToArray(), otherPixels = Data.Pixels.ToArray();
        int[] labels = Data.Labels.ToArray(), otherLabels = Data.Labels.ToArray();
        otherPixels[^1] ^= 1;
        (otherLabels[0], otherLabels[1]) = (otherLabels[1], otherLabels[0]);
        ImageDataset[] all =
        [
            Data, new(otherPixels, labels, 1, 8, 6, Data.ClassNames), new(pixels, otherLabels, 1, 8, 6, Data.ClassNames),
            new(pixels, labels, 1, 6, 8, Data.ClassNames), new(pixels, labels, 2, 4, 6, Data.ClassNames), Data.Take(102),
            new(pixels, labels, 1, 8, 6, [.. Data.ClassNames.Select(name => name + "s")]),
        ];
        all.Select(data => data.ContentHash).Should().OnlyHaveUniqueItems();
        new ImageDataset(pixels, labels, 1, 8, 6, [.. Data.ClassNames]).ContentHash.Should().Be(Data.ContentHash).And.HaveLength(64);
        Data.ContentHash.Should().BeSameAs(Data.ContentHash, "it is computed once");
    }

    [Fact]
    public void Labels_and_images_belong_to_the_indices()
    {
        foreach (ImageBatch batch in new DataLoader(Data, new DataLoaderOptions { BatchSize = 10, Shuffle = true }).Epoch(0))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                batch.Labels[i].Should().Be(Data.Labels[batch.Indices[i]]);
                batch.Images[i * 48].Should().Be(Data.Image(batch.Indices[i])[0] / 255f);
            }
        }
    }

    [Fact]
    public void Epochs_use_their_buffers_again()
    {
        var loader = new DataLoader(Data, new DataLoaderOptions { BatchSize = 5, Prefetch = 2 });
        HashSet<ImageBatch> met = new(ReferenceEqualityComparer.Instance);
        for (int epoch = 0; epoch < 3; epoch++)
            met.UnionWith(loader.Epoch(epoch));

        met.Should().HaveCountLessThanOrEqualTo(3);
    }

    [Fact]
    public void Two_epochs_at_once_do_not_share_buffers()
    {
        var loader = new DataLoader(Data, new DataLoaderOptions { BatchSize = 20 });
        foreach ((ImageBatch a, ImageBatch b) in loader.Epoch(0).Zip(loader.Epoch(0)))
        {
            a.Should().NotBeSameAs(b);
            a.Indices.ToArray().Should().Equal(b.Indices.ToArray());
        }
    }

    [Fact]
    public void Cancellation_reaches_the_consumer()
    {
        foreach (int prefetch in new[] { 0, 2 })
        {
            using var cancellation = new CancellationTokenSource();
            var loader = new DataLoader(Data, new DataLoaderOptions { BatchSize = 10, Prefetch = prefetch });
            int batches = 0;

            FluentActions.Invoking(() =>
            {
                foreach (ImageBatch unused in loader.Epoch(0, cancellation.Token))
                {
                    if (++batches == 2)
                        cancellation.Cancel();
                }
            }).Should().Throw<OperationCanceledException>();
            batches.Should().Be(2);
        }
    }

    [Fact]
    public void Leaving_the_loop_ends_the_loading_thread()
    {
        using var pixels = new WatchedMemory(Data.Pixels.ToArray());
        var watched = new ImageDataset(pixels.Memory, Data.Labels.ToArray(), 1, 8, 6, Data.ClassNames);
        pixels.Readers.Clear();

        foreach (ImageBatch unused in new DataLoader(watched, new DataLoaderOptions { BatchSize = 5 }).Epoch(0))
            break;

        pixels.Readers.Should().NotBeEmpty().And.NotContain(Thread.CurrentThread).And.OnlyContain(thread => !thread.IsAlive);
    }

    [Fact]
    public void A_failure_to_read_an_image_reaches_the_consumer()
    {
        using var pixels = new WatchedMemory(Data.Pixels.ToArray());
        var watched = new ImageDataset(pixels.Memory, Data.Labels.ToArray(), 1, 8, 6, Data.ClassNames);
        var loader = new DataLoader(watched, new DataLoaderOptions { BatchSize = 5 });
        pixels.Broken = true;

        FluentActions.Invoking(() => loader.Epoch(0).Count()).Should().Throw<InvalidDataException>().WithMessage("broken");
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        Refused(new DataLoaderOptions { BatchSize = 0 });
        Refused(new DataLoaderOptions { Prefetch = -1 });
        Refused(new DataLoaderOptions { Augmentation = (Augmentation)9 });
        Refused(new DataLoaderOptions { Height = 0 });
        Refused(new DataLoaderOptions { Width = 20000 });
        Refused(new DataLoaderOptions { BatchSize = 100, Height = 10000, Width = 10000 });
        FluentActions.Invoking(() => new DataLoader(Data, new DataLoaderOptions()).Epoch(-1))
            .Should().Throw<ArgumentOutOfRangeException>();

        static void Refused(DataLoaderOptions options) =>
            FluentActions.Invoking(() => new DataLoader(Data, options)).Should().Throw<ArgumentOutOfRangeException>();
    }

    static List<Copied> Copy(DataLoader loader, int epoch) =>
        [.. loader.Epoch(epoch).Select(b => new Copied(b.Images.ToArray(), b.Labels.ToArray(), b.Indices.ToArray()))];

    sealed record Copied(float[] Images, int[] Labels, int[] Indices);
}
