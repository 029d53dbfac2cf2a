using Nin.Data;
using SkiaSharp;

namespace Nin.Images.Tests;

public sealed class ClassifierTests : IDisposable
{
    static readonly Preprocessing Preprocessing = new(["cat", "dog", "owl"], 3, 12, 12, ResizeRule.Pad, new Normalization([0.4f, 0.5f, 0.6f], [0.2f, 0.3f, 0.25f]));

    readonly Device device = Device.Open("cpu", threads: 2);
    readonly PictureFolder folder = new();
    readonly PictureNet net;
    readonly string weights;

    public ClassifierTests()
    {
        net = new PictureNet(device, seed: 3);
        weights = folder["net.safetensors"];
        net.Save(weights, Preprocessing);
    }

    [Fact]
    public void A_picture_is_prepared_as_in_training_and_answered_by_name()
    {
        byte[] png = Pictures.Numbered(5, 30, 17);
        using var classifier = Classifier.Load<PictureNet>(weights, device);

        Prediction[] top = classifier.Predict(png, top: 9);

        var decoder = new ImageDecoder(Preprocessing, 1_000_000);
        byte[] pixels = new byte[decoder.Length];
        decoder.Decode(png, pixels);
        float[] x = [.. pixels.Select((p, i) => (p / 255f - Preprocessing.Normalization!.Mean[i / 144]) / Preprocessing.Normalization.Std[i / 144])];
        using var input = net.CreateInput(1);
        input.CopyFrom(x, Layout.Nchw);
        double[] exp = [.. net.Forward(input).Untyped.ToArray(Layout.Nhwc).Select(v => Math.Exp(v))];
        top.Should().HaveCount(3).And.BeInDescendingOrder(p => p.Probability);
        foreach (var (label, probability) in top)
            probability.Should().BeApproximately((float)(exp[Preprocessing.ClassNames.ToList().IndexOf(label)] / exp.Sum()), 1e-6f);
        top.Sum(p => p.Probability).Should().BeApproximately(1, 1e-6f);
        classifier.Predict(png).Should().Equal(top[0]);
        classifier.Predict(folder.Write("x.png", png), 3).Should().Equal(top);
        classifier.Predict(new MemoryStream(png), 3).Should().Equal(top);
        classifier.PredictPixels(pixels, 3).Should().Equal(top);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void After_warming_up_the_first_request_packs_no_weights_and_opens_no_session(int maxBatch)
    {
        using var classifier = Classifier.Create(net, Preprocessing, new ClassifierOptions { MaxBatch = maxBatch });
        var (packed, allocated) = (net.Parameters.PrepackedBytes, device.AllocatedBytes);
        classifier.WarmUp();
        net.Parameters.PrepackedBytes.Should().BeGreaterThan(packed);
        device.AllocatedBytes.Should().BeGreaterThan(allocated);

        (packed, allocated) = (net.Parameters.PrepackedBytes, device.AllocatedBytes);
        classifier.Predict(Pictures.Numbered(5, 30, 17));
        net.Parameters.PrepackedBytes.Should().Be(packed);
        device.AllocatedBytes.Should().Be(allocated);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Eight_threads_get_the_bits_of_one(int maxBatch)
    {
        const int Threads = 8, Each = 1000, Kinds = 16;
        byte[][] images = [.. Enumerable.Range(0, Kinds).Select(Image)];
        using var alone = Classifier.Create(net, Preprocessing);
        Prediction[][] want = [.. images.Select(image => alone.PredictPixels(image, 3))];
        want.Select(w => w[0].Probability).Distinct().Count().Should().BeGreaterThan(8, "the answers tell the images apart");
        using var classifier = Classifier.Create(net, Preprocessing, new ClassifierOptions { MaxBatch = maxBatch, MaxDelay = TimeSpan.FromMilliseconds(1) });
        int wrong = 0;
        var threads = Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                int kind = (i + 3 * t) % Kinds;
                if (!classifier.PredictPixels(images[kind], 3).SequenceEqual(want[kind])) Interlocked.Increment(ref wrong);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        wrong.Should().Be(0);
    }

    [Fact]
    public void A_request_that_is_alone_waits_no_longer_than_the_delay()
    {
        using var classifier = Classifier.Create(net, Preprocessing, new ClassifierOptions { MaxBatch = 64, MaxDelay = TimeSpan.Zero });
        using var alone = Classifier.Create(net, Preprocessing);
        for (int i = 0; i < 20; i++) classifier.PredictPixels(Image(i), 3).Should().Equal(alone.PredictPixels(Image(i), 3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Raw_pixels_are_answered_without_a_heap_allocation(int maxBatch)
    {
        using var classifier = Classifier.Create(net, Preprocessing, new ClassifierOptions { MaxBatch = maxBatch, MaxDelay = TimeSpan.Zero });
        byte[] image = Image(1);
        float[] probabilities = new float[3];
        for (int i = 0; i < 50; i++) classifier.PredictPixels(image, probabilities);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) classifier.PredictPixels(image, probabilities);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        probabilities.Sum().Should().BeApproximately(1, 1e-6f);
    }

    [Fact]
    public void A_stream_is_answered_as_its_bytes_are_and_takes_no_memory_of_its_size()
    {
        using var classifier = Classifier.Create(net, Preprocessing);
        byte[] encoded = Pictures.Numbered(3, 900, 700);
        encoded.Length.Should().BeGreaterThan(10_000);
        var want = classifier.Predict(encoded, 3);
        using var stream = new OneByOne(encoded);
        classifier.Predict(stream, 3).Should().Equal(want, "a stream may give less than it is asked for");
        for (int i = 0; i < 10; i++) Ask();

        const int Times = 50;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Times; i++) Ask();
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
        each.Should().BeLessThan(2_000, "the answer, and the decoder's handles of native objects");

        void Ask()
        {
            stream.Position = 0;
            classifier.Predict(stream, 3);
        }
    }

    sealed class OneByOne(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1_000));
    }

    [Fact]
    public void A_batch_gives_the_answers_of_its_pictures()
    {
        using var classifier = Classifier.Create(net, Preprocessing);
        var encoded = Enumerable.Range(0, 70).Select(i => Pictures.Numbered(i, 10 + i % 7, 9 + i % 5)).ToList();
        string[] paths = [.. encoded.Select((bytes, i) => folder.Write($"{i}.png", bytes))];
        Prediction[][] want = [.. encoded.Select(bytes => classifier.Predict(bytes, 2))];

        var byPath = classifier.PredictBatch(paths, top: 2);
        var byBytes = classifier.PredictBatch([.. encoded.Select(e => (ReadOnlyMemory<byte>)e)], top: 2);

        for (int i = 0; i < want.Length; i++)
        {
            byPath[i].Should().Equal(want[i]);
            byBytes[i].Should().Equal(want[i]);
        }

        classifier.PredictBatch(Array.Empty<string>()).Should().BeEmpty();
        File.WriteAllText(paths[33], "text");
        classifier.Invoking(c => c.PredictBatch(paths)).Should().Throw<InvalidDataException>()
            .WithMessage($"{paths[33]} cannot be used: it is not a PNG, JPEG, WebP, BMP or GIF picture.");
        classifier.PredictBatch(paths[..33], 2).Should().HaveCount(33, "it goes on after a failure");
    }

    [Fact]
    public void A_file_that_does_not_fit_is_refused_in_one_line()
    {
        string plain = folder["plain.safetensors"], twoClasses = folder["two.safetensors"];
        net.Save(plain);
        Refused(() => Classifier.Load<PictureNet>(plain, device))
            .Should().Be($"{plain} does not say how pictures are prepared for it: save it with net.Save(path, data.Preprocessing).");
        Refused(() => Classifier.Load<OtherNet>(weights, device))
            .Should().Be($"{weights} cannot be used: Pictures are prepared as 3 x 12 x 12, and OtherNet takes 1x10x12: prepare them for that size.");
        Checkpoint.Save(net, twoClasses, new Preprocessing(["a", "b"], 3, 12, 12).ToMetadata());
        Refused(() => Classifier.Load<PictureNet>(twoClasses, device))
            .Should().Be($"{twoClasses} cannot be used: There are 2 class names, and PictureNet tells 3 classes apart: their numbers must be equal.");
        FluentActions.Invoking(() => Classifier.Load<PictureNet>(folder["none"], device)).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => Classifier.Create(net, new Preprocessing(["a"], 3, 12, 12))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Classifier.Create(net, Preprocessing, new() { MaxBatch = 0 })).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Classifier.Create(net, Preprocessing, new() { MaxDelay = TimeSpan.FromHours(1) })).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_picture_that_cannot_be_used_is_said_in_one_line_and_serving_goes_on()
    {
        using var classifier = Classifier.Load<PictureNet>(weights, device, new ClassifierOptions { MaxPixels = 1000 });
        byte[] jpeg = Pictures.Numbered(1, 30, 30, SKEncodedImageFormat.Jpeg);
        Refused(() => classifier.Predict(jpeg.AsSpan(0, jpeg.Length / 2))).Should().Be("The picture cannot be used: it is cut short.");
        Refused(() => classifier.Predict("text"u8)).Should().Be("The picture cannot be used: it is not a PNG, JPEG, WebP, BMP or GIF picture.");
        Refused(() => classifier.Predict(Pictures.Numbered(1, 40, 30))).Should().StartWith("The picture cannot be used: it has 40 x 30 pixels, more than the 1,000");
        Refused(() => classifier.Predict(folder["none.png"])).Should().StartWith($"{folder["none.png"]} cannot be used: it cannot be read (Could not find file");
        classifier.Invoking(c => c.PredictPixels(new byte[5])).Should().Throw<ArgumentException>().WithMessage("5 pixels where 3 x 12 x 12 = 432 are expected.*");
        classifier.Invoking(c => c.PredictPixels(new byte[432], new float[2])).Should().Throw<ArgumentException>();
        classifier.Invoking(c => c.Predict(jpeg, top: 0)).Should().Throw<ArgumentOutOfRangeException>();
        classifier.Predict(jpeg).Should().ContainSingle();
    }

    [Fact]
    public void Disposed_it_says_so_and_leaves_what_is_not_its_own()
    {
        var classifier = Classifier.Create(net, Preprocessing, new ClassifierOptions { MaxBatch = 2 });
        classifier.PredictPixels(Image(1)).Should().ContainSingle();
        classifier.Dispose();
        classifier.Dispose();
        classifier.Invoking(c => c.PredictPixels(Image(1))).Should().Throw<ObjectDisposedException>();
        using var other = Classifier.Create(net, Preprocessing);
        other.PredictPixels(Image(1)).Should().ContainSingle();
    }

    public void Dispose()
    {
        net.Dispose();
        device.Dispose();
        folder.Dispose();
    }

    static byte[] Image(int kind) => [.. Enumerable.Range(0, 432).Select(i => (byte)(i * (kind + 3) + 40 * kind))];

    static string Refused(Action action)
    {
        string message = action.Should().Throw<InvalidDataException>().Which.Message;
        message.Should().NotContain("\n");
        return message;
    }
}
