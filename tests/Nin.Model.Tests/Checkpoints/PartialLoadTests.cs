using System.Buffers.Binary;
using System.Text;
using Nin.Checkpoints;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Networks;
using Nin.Model.Tests.Published;

namespace Nin.Model.Tests.Checkpoints;

/// <summary>Weights of another network, or of another program, load as far as they fit, and the report says how far.</summary>
public sealed class PartialLoadTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Device device = Device.Open("cpu", threads: 1);

    string File => folder["weights.safetensors"];

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void What_both_have_is_loaded_and_the_rest_reported()
    {
        using var source = new TinyNin(device, seed: 1) { TrainingSteps = 9 };
        Write(source, rename: name => name == "Block2.4.bias" ? "other.bias" : name, shape: (name, dims) => name == "Block1.0.weight" ? [dims.Aggregate(1L, (a, b) => a * b)] : dims);
        using var target = new TinyNin(device, seed: 2);
        var before = target.Parameters.ToDictionary(p => p.Name, p => p.ToArray());

        var report = Checkpoint.Load(target, File, new LoadOptions { Strict = false });

        report.Missing.Should().Equal("Block2.4.bias");
        report.Mismatched.Should().ContainSingle().Which.Should().StartWith("Block1.0.weight [").And.Contain("F32 [").And.EndWith("in the file");
        report.Unused.Should().Equal("other.bias");
        report.Loaded.Should().HaveCount(target.Parameters.Count - 2);
        report.ToString().Should().StartWith($"{report.Loaded.Count} of {target.Parameters.Count} parameters and buffers loaded; missing in the file: Block2.4.bias; of another shape: Block1.0.weight");
        target.TrainingSteps.Should().Be(0);
        foreach (var parameter in target.Parameters)
        {
            bool stays = parameter.Name is "Block2.4.bias" or "Block1.0.weight";
            parameter.ToArray().Should().Equal(stays ? before[parameter.Name] : source.Parameters[parameter.Name].ToArray(), parameter.Name);
        }
    }

    [Fact]
    public void A_strict_load_changes_nothing_and_names_what_does_not_fit()
    {
        using var source = new TinyNin(device, seed: 1);
        Write(source, rename: name => name == "Block2.4.bias" ? "other.bias" : name);
        using var target = new TinyNin(device, seed: 2);
        float[] before = target.Parameters["Block1.0.weight"].ToArray();
        FluentActions.Invoking(() => Checkpoint.Load(target, File, new LoadOptions())).Should().Throw<InvalidDataException>()
            .WithMessage("*does not fit TinyNin: *missing in the file: Block2.4.bias; not used of the file: other.bias. To take what fits, load with Strict = false.");
        target.Parameters["Block1.0.weight"].ToArray().Should().Equal(before);
    }

    [Fact]
    public void A_prefix_and_a_map_find_the_names_of_the_file()
    {
        using var source = new TinyNin(device, seed: 1);
        Write(source, rename: name => "body." + name.Replace("Block1.0", "stem.conv", StringComparison.Ordinal));
        using var target = new TinyNin(device, seed: 2);
        var report = Checkpoint.Load(target, File, new LoadOptions
        {
            Prefix = "body.",
            Names = new Dictionary<string, string> { ["Block1.0.weight"] = "stem.conv.weight", ["Block1.0.bias"] = "stem.conv.bias" },
        });
        report.Loaded.Should().HaveCount(target.Parameters.Count);
        foreach (var parameter in target.Parameters) parameter.ToArray().Should().Equal(source.Parameters[parameter.Name].ToArray());

        FluentActions.Invoking(() => Checkpoint.Load(target, File, new LoadOptions { Names = new Dictionary<string, string> { ["Blok"] = "x" } }))
            .Should().Throw<ArgumentException>().WithMessage("TinyNin has no parameter 'Blok'*");
    }

    [Fact]
    public void A_map_may_name_layers_that_a_new_head_has_replaced_unless_the_load_is_strict()
    {
        using var source = new TinyNin(device, seed: 1);
        Write(source, rename: name => name.Replace("Block1.0", "stem.conv", StringComparison.Ordinal));
        using var target = new TinyNin(device, seed: 2);
        var names = new Dictionary<string, string> { ["Block1.0.weight"] = "stem.conv.weight", ["Block1.0.bias"] = "stem.conv.bias", ["Head.weight"] = "fc.weight" };
        Checkpoint.Load(target, File, new LoadOptions { Strict = false, Names = names }).Loaded.Should().HaveCount(target.Parameters.Count);
        target.Parameters["Block1.0.weight"].ToArray().Should().Equal(source.Parameters["Block1.0.weight"].ToArray());

        FluentActions.Invoking(() => Checkpoint.Load(target, File, new LoadOptions { Names = names }))
            .Should().Throw<ArgumentException>().WithMessage("TinyNin has no parameter 'Head.weight'*To take what fits, load with Strict = false.*");
        FluentActions.Invoking(() => Checkpoint.Load(target, File, new LoadOptions { Strict = false, Names = new Dictionary<string, string> { ["Head.weight"] = "fc.weight" } }))
            .Should().Throw<ArgumentException>("no name of the map is a parameter's: it is another network's").WithMessage("TinyNin has no parameter 'Head.weight'*");
    }

    [Fact]
    public void A_file_of_which_nothing_matches_is_an_error_that_shows_names_of_both()
    {
        using var source = new TinyNin(device, seed: 1);
        Write(source, rename: name => "module." + name);
        using var target = new TinyNin(device, seed: 2);
        FluentActions.Invoking(() => Checkpoint.Load(target, File, new LoadOptions { Strict = false })).Should().Throw<InvalidDataException>()
            .WithMessage("Nothing in * matches TinyNin: none of its * tensors ('module.Block1.0.weight', *) has the name and shape of a parameter ('Block1.0.weight' [*]...). Give Prefix or Names.");
    }

    [Theory, InlineData(SafetensorsType.F16), InlineData(SafetensorsType.BF16), InlineData(SafetensorsType.F64)]
    public void Weights_of_other_lengths_are_read_as_the_nearest_floats(SafetensorsType type)
    {
        // More than are converted at once.
        float[] values = [.. Enumerable.Range(0, 70_000).Select(i => MathF.Sin(i) * MathF.Pow(2, i % 20 - 10)), 0, 1, -2, 0.5f];
        float[] want = [.. values.Select(v => type switch
        {
            SafetensorsType.F16 => (float)(Half)v,
            SafetensorsType.BF16 => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(v) & unchecked((int)0xFFFF0000)),
            _ => v,
        })];
        int size = type == SafetensorsType.F64 ? 8 : 2;
        string header = $"{{\"a\":{{\"dtype\":\"{type}\",\"shape\":[{values.Length}],\"data_offsets\":[0,{values.Length * size}]}}}}";
        byte[] file = new byte[8 + header.Length + values.Length * size];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        Encoding.UTF8.GetBytes(header, file.AsSpan(8));
        for (int i = 0; i < values.Length; i++)
        {
            var at = file.AsSpan(8 + header.Length + i * size);
            if (type == SafetensorsType.F16) BinaryPrimitives.WriteHalfLittleEndian(at, (Half)values[i]);
            else if (type == SafetensorsType.BF16) BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16));
            else BinaryPrimitives.WriteDoubleLittleEndian(at, values[i]);
        }

        System.IO.File.WriteAllBytes(File, file);
        using var reader = SafetensorsReader.Open(File);
        reader.ReadFloats("a").Should().Equal(want);
    }

    [Fact]
    public void The_names_of_torchvisions_ResNet_18_fit_ours_in_shape()
    {
        var names = TorchvisionNames.ResNet18(ResNet18.Architecture);
        var shapes = ResNet18.Architecture.Parameters.ToDictionary(p => names[p.Name], p => string.Join("x", p.Dims));
        shapes.Should().HaveCount(ResNet18.Architecture.Parameters.Count()).And.HaveCount(102);
        // From the state_dict of torchvision.models.resnet18().
        shapes.Should().Contain(new Dictionary<string, string>
        {
            ["conv1.weight"] = "64x3x7x7", ["bn1.running_var"] = "64", ["layer1.0.conv1.weight"] = "64x64x3x3", ["layer1.1.bn2.bias"] = "64",
            ["layer2.0.conv1.weight"] = "128x64x3x3", ["layer2.0.downsample.0.weight"] = "128x64x1x1", ["layer2.0.downsample.1.running_mean"] = "128",
            ["layer3.1.conv2.weight"] = "256x256x3x3", ["layer4.0.downsample.0.weight"] = "512x256x1x1", ["layer4.1.bn2.weight"] = "512",
            ["fc.weight"] = "1000x512", ["fc.bias"] = "1000",
        });
        FluentActions.Invoking(() => TorchvisionNames.ResNet34(ResNet18.Architecture)).Should().Throw<ArgumentException>()
            .WithMessage("ResNet18 is not torchvision's resnet34: it lacks a layer as 'layer1.2.conv1', of the weights [64, 64, 3, 3].*");
    }

    void Write(TinyNin source, Func<string, string> rename, Func<string, long[], long[]>? shape = null)
    {
        var writer = new SafetensorsWriter();
        foreach (var parameter in source.Parameters)
        {
            long[] dims = Array.ConvertAll(parameter.Spec.Dims, d => (long)d);
            writer.AddFloats(rename(parameter.Name), shape?.Invoke(parameter.Name, dims) ?? dims, () => parameter.ToArray());
        }

        writer.Save(File);
    }
}
