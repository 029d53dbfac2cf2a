using Nin.Model.Tests.Data;
using Nin.Model.Tests.Networks;

namespace Nin.Model.Tests.Checkpoints;

/// <summary>Weights come from a stream as they do from a file: the same bits, the same checks, from its current position, and it is left open.</summary>
public sealed class StreamTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Device device = Device.Open("cpu", threads: 1);

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    [Theory, InlineData(true, 0), InlineData(true, 13), InlineData(false, 0), InlineData(false, 13)]
    public void A_type_alone_loads_a_network_from_a_stream(bool canSeek, int before)
    {
        using var saved = Made<TinyNin>(seed: 5);
        using var stream = new TestStream([.. new byte[before], .. Bytes(saved)], canSeek);
        stream.ReadExactly(new byte[before]);

        using var loaded = Loaded<TinyNin>(stream);

        foreach (var parameter in loaded.Parameters) parameter.ToArray().Should().Equal(saved.Parameters[parameter.Name].ToArray());
        stream.CanRead.Should().BeTrue("the stream is its owner's");
    }

    [Fact]
    public void What_is_wrong_is_said_of_the_stream()
    {
        using var saved = Made<TinyNin>(seed: 5);
        byte[] bytes = Bytes(saved);
        foreach (bool canSeek in (bool[])[true, false])
        {
            FluentActions.Invoking(() => Loaded<TinyNin>(new TestStream(bytes[..^3], canSeek)))
                .Should().Throw<InvalidDataException>().WithMessage("the stream cannot be used: it is cut short: *");
            FluentActions.Invoking(() => Loaded<TinyNin>(new TestStream([.. bytes, 1], canSeek)))
                .Should().Throw<InvalidDataException>().WithMessage("the stream cannot be used: 1 bytes follow its last tensor.");
            FluentActions.Invoking(() => Loaded<BlockNet>(new TestStream(bytes, canSeek)))
                .Should().Throw<InvalidDataException>().WithMessage("the stream (model 'TinyNin') does not fit BlockNet: *");
        }

        var closed = new MemoryStream();
        closed.Dispose();
        FluentActions.Invoking(() => Loaded<TinyNin>(closed)).Should().Throw<ArgumentException>().WithMessage("The stream cannot be read: *");
    }

    [Fact]
    public void A_stream_says_what_it_holds()
    {
        using var saved = Made<TinyNin>(seed: 5);
        Checkpoint.ReadMetadata(new TestStream(Bytes(saved), canSeek: false))[Checkpoint.ModelKey].Should().Be("TinyNin");
    }

    [Fact]
    public void A_type_says_what_its_networks_cost() => CostOf<TinyNin>().Should().Be((TinyNin.Architecture, TinyNin.TrainingBytes(3), TinyNin.InferenceBytes(3)));

    static (Architecture, long, long) CostOf<T>() where T : INetworkType<T> => (T.Architecture, T.TrainingBytes(3), T.InferenceBytes(3));

    T Made<T>(int seed) where T : INetworkType<T> => T.Create(device, seed);

    T Loaded<T>(Stream stream) where T : INetworkType<T> => T.Load(device, stream);

    byte[] Bytes(INetwork network)
    {
        Checkpoint.Save(network, folder["model.safetensors"]);
        return File.ReadAllBytes(folder["model.safetensors"]);
    }

    /// <summary>Gives a few bytes at a time, as a network does.</summary>
    sealed class TestStream(byte[] bytes, bool canSeek) : MemoryStream(bytes)
    {
        public override bool CanSeek => canSeek;

        public override long Position
        {
            get => base.Position;
            set => base.Position = canSeek ? value : throw new NotSupportedException();
        }

        public override long Length => canSeek ? base.Length : throw new NotSupportedException();

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1000)]);
    }
}
