using Nin.Checkpoints;
using Nin.Model.Tests.Data;
using static Nin.Model.Tests.Checkpoints.SafetensorsBytes;

namespace Nin.Model.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void WritesTheBytesThatTheFormatDescribes()
    {
        var writer = new SafetensorsWriter();
        writer.SetMetadata("model", "X");
        writer.AddFloats("a.weight", [1, 3], () => [1, -2, 0.5f]);
        writer.AddIntegers("steps", [], () => [7]);
        writer.Save(folder["x.safetensors"]);

        string json = """{"__metadata__":{"model":"X"},"steps":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"a.weight":{"dtype":"F32","shape":[1,3],"data_offsets":[8,20]}}""";
        json += new string(' ', (8 - json.Length % 8) % 8);
        byte[] want = File(json, [.. Integers(7), .. Floats(1, -2, 0.5f)]);
        System.IO.File.ReadAllBytes(folder["x.safetensors"]).Should().Equal(want);
        writer.Length.Should().Be(want.Length);
    }

    [Fact]
    public void ReadsAFileWhoseHeaderIsInAnotherOrderAndUnpadded()
    {
        string json = """{"b":{"shape":[2],"data_offsets":[8,16],"dtype":"F32"},"__metadata__":{"k":"v"},"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[16,16]}}""";
        string path = folder.Write("x", File(json, [.. Integers(-5), .. Floats(1.5f, float.NaN)]));
        using var reader = SafetensorsReader.Open(path);
        reader.Metadata.Should().Equal(new Dictionary<string, string> { ["k"] = "v" });
        reader.Tensors.Select(t => t.Name).Should().Equal("a", "b", "none");
        reader.ReadIntegers("a").Should().Equal(-5);
        reader.ReadFloats("b").Should().Equal(1.5f, float.NaN);
        reader.ReadFloats("none").Should().BeEmpty();
        reader.Invoking(r => r.ReadFloats("a")).Should().Throw<ArgumentException>().WithMessage("*I64 [1]*");
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", "*'a' has the dtype 'F16'*F32 and I64*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "*'a' is F32 [[]2], which bytes 0 to 4 do not hold*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "*bytes 4 to 0 do not hold*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "*'a' lacks*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "*'a' lacks*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "*'a' lacks*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "*'a' lacks*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}}""", "*do not hold*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "*cut short*'a' ends at byte 8 of the data, of which 4*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "*'b' starts at byte 0, within another*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", "*4 bytes stand behind*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", "*no tensor holds the bytes 0 to 4*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", "*'a' twice*")]
    [InlineData("""{"a":3}""", "*'a' lacks*")]
    [InlineData("""{"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "*'k' in its __metadata__*")]
    [InlineData("""{"__metadata__":[],"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "*__metadata__*map*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", "*no JSON*")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "*no JSON*")]
    [InlineData("[]", "*no JSON object*")]
    [InlineData("", "*no JSON*")]
    public void NamesWhatIsWrongWithAHeaderInOneLine(string header, string message) => Refuse(File(header, Floats(1)), message);

    [Theory]
    [InlineData(ulong.MaxValue, "*header of 18446744073709551615 bytes*")]
    [InlineData(1ul << 32, "*header of 4294967296 bytes*")]
    [InlineData(50ul, "*cut short: 12 bytes*58*")]
    public void RefusesAnAbsurdHeaderLength(ulong length, string message) => Refuse(File(length, [], Floats(1)), message);

    [Fact]
    public void RefusesHeadersThatAreNoText() => Refuse(File(2, [0xff, 0xfe], []), "*UTF-8*");

    [Fact]
    public void RefusesAFileCutAnywhere()
    {
        var writer = new SafetensorsWriter();
        writer.SetMetadata("model", "X");
        writer.AddFloats("a", [2, 2], () => [1, 2, 3, 4]);
        writer.AddFloats("b", [1], () => [5]);
        using var memory = new MemoryStream();
        writer.WriteTo(memory);
        byte[] whole = memory.ToArray();
        for (int length = 0; length < whole.Length; length++) Refuse(whole[..length], "*cut short*");
        Open(whole).Should().NotThrow();
    }

    [Fact]
    public void RandomDamageIsAnInvalidDataExceptionOrHarmless()
    {
        byte[] whole = File("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", Floats(1));
        var random = new Random(5);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. whole];
            for (int k = 0; k <= i % 3; k++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                Open(damaged)();
            }
            catch (InvalidDataException exception)
            {
                exception.Message.Should().NotContain("\n");
            }
        }
    }

    [Fact]
    public void ANameFromAFileCannotBreakTheMessageIntoLines() => Refuse(
        File("""{"a\nb":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", Floats(1)), @"*'a\nb'*");

    public void Dispose() => folder.Dispose();

    Action Open(byte[] bytes) => () => SafetensorsReader.Open(folder.Write("damaged", bytes)).Dispose();

    void Refuse(byte[] bytes, string message) => Open(bytes).Should().Throw<InvalidDataException>()
        .WithMessage(message.Replace("[[]", "[", StringComparison.Ordinal)).And.Message.Should().StartWith(folder["damaged"]).And.NotContain("\n");
}
