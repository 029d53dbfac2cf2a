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
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,4]}}""", "*'a' has the dtype 'F8_E4M3'*F16, BF16, F32, F64 and I64 are read*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "*'a' is F32 [[]2], which bytes 0 to 4 do not hold*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "*bytes 4 to 0 do not hold*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "*'a' lacks*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "*'a' lacks*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "*'a' lacks*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "*'a' has more than 2 data_offsets*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}}""", "*do not hold*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "*cut short*'a' ends at byte 8 of the data, of which 4*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "*'b' starts at byte 0, within another*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", "*4 bytes follow its last tensor*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", "*no tensor holds the bytes 0 to 4*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", "*'a' twice*")]
    [InlineData("""{"a":3}""", "*'a' lacks*")]
    [InlineData("""{"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "*'k' in its __metadata__*")]
    [InlineData("""{"__metadata__":[],"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "*__metadata__*map*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", "*not valid JSON*")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "*not valid JSON*")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "*'k' occurs twice in its __metadata__*")]
    [InlineData("""{"__metadata__":{},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{}}""", "*'__metadata__' twice*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", "*'a' has 'shape' twice*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", "*'a' has more than 8 dimensions; 8 are the most*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,4]}}""", "*do not hold*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}""", "*do not hold*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""", "*do not hold*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2305843009213693951],"data_offsets":[0,9223372036854775804]}}""", "*cut short*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} {}""", "*not valid JSON*")]
    [InlineData("[]", "*not a JSON object*")]
    [InlineData("", "*not valid JSON*")]
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
    public void ANameFromAFileCannotBreakTheMessageIntoLines() => Refuse(
        File("""{"a\nb":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,4]}}""", Floats(1)), @"*'a\nb'*");

    [Fact]
    public void ALongNameIsCutInAMessageBetweenTwoCharacters()
    {
        string name = new string('a', 99) + "\U0001F600" + new string('b', 50);
        Refuse(File($$$"""{"{{{name}}}":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,4]}}""", Floats(1)), $"*tensor '{new string('a', 99)}...' has the dtype*");
    }

    [Fact]
    public void ATensorMayHaveEightDimensionsAndOthersProperties()
    {
        string path = folder.Write(
            "x", File("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1],"data_offsets":[0,4],"more":[[{"x":[1]}]]},"none":{"dtype":"I64","shape":[0,4611686018427387904,8],"data_offsets":[4,4]}}""", Floats(1)));
        using var reader = SafetensorsReader.Open(path);
        reader.Find("a")!.Kind.Should().Be("F32 [1, 1, 1, 1, 1, 1, 1, 1]");
        reader.ReadIntegers("none").Should().BeEmpty();
    }

    [Fact]
    public void ATensorThatNoArrayCanHoldIsRefusedAndNotAllocated()
    {
        const long bytes = 1L << 34;
        byte[] header = File($$$"""{"a":{"dtype":"F32","shape":[{{{bytes / 4}}}],"data_offsets":[0,{{{bytes}}}]}}""");
        using (var sparse = System.IO.File.Create(folder["x"]))
        {
            sparse.Write(header);
            sparse.SetLength(header.Length + bytes);
        }

        using var reader = SafetensorsReader.Open(folder["x"]);
        reader.Invoking(r => r.ReadFloats("a")).Should().Throw<InvalidDataException>().WithMessage("Tensor 'a' of*4,294,967,296 elements*are the most.");
    }

    /// <summary>
    /// Headers of ten megabytes, of the kinds for which a parser may look again at what it has seen. A quadratic one takes hours (160 kB took
    /// ten seconds once); time and memory are those of one look.
    /// </summary>
    [Theory]
    [InlineData("numbers and then a list as a shape")]
    [InlineData("lists as a shape")]
    [InlineData("many tensors")]
    [InlineData("many keys of metadata")]
    [InlineData("many properties of a tensor")]
    [InlineData("a long name")]
    [InlineData("a name of escapes")]
    [InlineData("white space")]
    [InlineData("deep")]
    public void AHeaderTakesTimeAndMemoryInLineWithItsLength(string kind)
    {
        const int length = 10_000_000;
        byte[] file = File(HeaderOf(kind, length));
        file.Length.Should().BeGreaterThan(length / 2);
        using var stream = new MemoryStream(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            SafetensorsHeader.Read(stream);
        }
        catch (InvalidDataException)
        {
        }

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30));
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(16L * file.Length, "a name of six bytes becomes a string and an entry");
    }

    static string HeaderOf(string kind, int length)
    {
        const string end = ""","data_offsets":[0,0]}}""";
        static string Many(int length, Func<int, string> part)
        {
            var text = new System.Text.StringBuilder();
            for (int i = 0; text.Length < length; i++) text.Append(text.Length == 0 ? "" : ",").Append(part(i));
            return text.ToString();
        }

        return kind switch
        {
            "numbers and then a list as a shape" => "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + Many(length, _ => "1") + ",[]]" + end,
            "lists as a shape" => "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + Many(length, _ => "[1]") + "]" + end,
            "many tensors" => "{" + Many(length, i => $"\"{i}\":" + """{"dtype":"F32","shape":[0],"data_offsets":[0,0]}""") + "}",
            "many keys of metadata" => "{\"__metadata__\":{" + Many(length, i => $"\"{i}\":\"\"") + "}}",
            "many properties of a tensor" => "{\"a\":{" + Many(length, i => $"\"{i}\":[[]]") + ",\"dtype\":\"F32\",\"shape\":[0]" + end,
            "a long name" => "{\"" + new string('a', length) + "\":{\"dtype\":\"F32\",\"shape\":[0]" + end,
            "a name of escapes" => "{\"" + string.Concat(Enumerable.Repeat("\\u0041", length / 6)) + "\":{\"dtype\":\"F8_E4M3\",\"shape\":[0]" + end,
            "white space" => "{" + new string(' ', length) + "}",
            "deep" => string.Concat(Enumerable.Repeat("{\"a\":", length / 5)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    public void Dispose() => folder.Dispose();

    Action Open(byte[] bytes) => () => SafetensorsReader.Open(folder.Write("damaged", bytes)).Dispose();

    void Refuse(byte[] bytes, string message) => Open(bytes).Should().Throw<InvalidDataException>()
        .WithMessage(message.Replace("[[]", "[", StringComparison.Ordinal)).And.Message.Should().StartWith(folder["damaged"]).And.NotContain("\n");
}
