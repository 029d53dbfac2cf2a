using Nin.Checkpoints;
using Nin.Data;
using Nin.Model.Tests.Training;

namespace Nin.Model.Tests.Data;

public class PreprocessingTests
{
    static readonly Preprocessing Five = new(
        ["a", "b \"quoted\"", "Gänseblümchen", "d", "e"], 2, 9, 7, ResizeRule.Pad, new Normalization([0.1f, 1 / 3f], [0.25f, 7e-3f]), background: 17);

    [Fact]
    public void A_file_of_weights_keeps_it_to_the_bit()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "net.safetensors");
        using var device = Device.Open("cpu");
        using var net = new DeviceNet(device, seed: 1);

        net.Save(path, Five);
        var read = Preprocessing.Read(path);

        read.Should().BeEquivalentTo(Five, o => o.WithStrictOrdering());
        using var loaded = DeviceNet.Load(device, path);
        loaded.Parameters[0].ToArray().Should().Equal(net.Parameters[0].ToArray());
        using var reader = SafetensorsReader.Open(path);
        reader.Metadata["nin.classes"].Should().Be("""["a","b \"quoted\"","Gänseblümchen","d","e"]""");
        reader.Metadata["nin.resize"].Should().Be("""{"rule":"pad","height":9,"width":7,"background":17}""");
        reader.Metadata["nin.channels"].Should().Be("2");
        reader.Metadata["nin.mean"].Should().Be("[0.1,0.33333334]");
        reader.Metadata["nin.std"].Should().Be("[0.25,0.007]");
    }

    [Fact]
    public void Without_a_normalisation_there_is_none_after_reading()
    {
        var plain = new Preprocessing(["x"], 1, 4, 5, ResizeRule.Stretch);
        plain.ToMetadata().Keys.Should().BeEquivalentTo("nin.classes", "nin.resize", "nin.channels");
        Preprocessing.FromMetadata(plain.ToMetadata(), "f").Normalization.Should().BeNull();
    }

    [Fact]
    public void A_file_without_it_says_how_to_get_it()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "net.safetensors");
        using var device = Device.Open("cpu");
        using var net = new DeviceNet(device, seed: 1);
        net.Save(path);

        FluentActions.Invoking(() => Preprocessing.Read(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"{path} does not say how pictures are prepared for it: save it with net.Save(path, data.Preprocessing).");
        using var reader = SafetensorsReader.Open(path);
        Preprocessing.IsIn(reader.Metadata).Should().BeFalse();
        Preprocessing.IsIn(Five.ToMetadata()).Should().BeTrue();
    }

    [Fact]
    public void What_a_network_cannot_use_is_not_saved_with_it()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "net.safetensors");
        using var device = Device.Open("cpu");
        using var net = new DeviceNet(device, seed: 1);

        net.Invoking(n => n.Save(path, new Preprocessing(Five.ClassNames, 2, 7, 9))).Should().Throw<ArgumentException>()
            .WithMessage("Pictures are prepared as 2 x 7 x 9, and DeviceNet takes 2x9x7: prepare them for that size.*");
        net.Invoking(n => n.Save(path, new Preprocessing(["a", "b"], 2, 9, 7))).Should().Throw<ArgumentException>()
            .WithMessage("There are 2 class names, and DeviceNet tells 5 classes apart: their numbers must be equal.*");
        File.Exists(path).Should().BeFalse();
    }

    [Theory]
    [InlineData("nin.classes", null, "f lacks nin.classes: an array of names. Save it again.")]
    [InlineData("nin.classes", "[\"a\",\"b\",\"a\"]", "f cannot be used: Two classes are called 'a'; each name must be used once.")]
    [InlineData("nin.classes", "[\"a\",null]", "f cannot be used: Class 1 has no name.")]
    [InlineData("nin.classes", "[1]", "f has nin.classes = '[1]'; it must be an array of names. Save it again.")]
    [InlineData("nin.classes", "[\"a\\nb\\ud800\"]", "f has nin.classes = *; it must be an array of names. Save it again.")]
    [InlineData("nin.classes", "[]", "f cannot be used: No classes; there must be one or more.")]
    [InlineData("nin.classes", "[[[", "f has nin.classes = '[[['; it must be an array of names. Save it again.")]
    [InlineData("nin.resize", "{\"rule\":\"zoom\",\"height\":9,\"width\":7}", "f has nin.resize = *; it must be {\"rule\": \"stretch\", *")]
    [InlineData("nin.resize", "{\"rule\":\"pad\",\"height\":9}", "f has nin.resize = *")]
    [InlineData("nin.resize", "{\"rule\":\"pad\",\"height\":9,\"width\":99999}", "f cannot be used: The input is 9 x 99999 pixels; each side must be 1 to 16384.")]
    [InlineData("nin.resize", "{\"rule\":\"pad\",\"height\":9,\"width\":7,\"background\":256}", "f has nin.resize = *")]
    [InlineData("nin.channels", "\"3\"", "f has nin.channels = *; it must be a number of channels. Save it again.")]
    [InlineData("nin.channels", "0", "f cannot be used: The input has 0 channels; *")]
    [InlineData("nin.channels", "2147483647", "f cannot be used: The input has 2147483647 channels; *")]
    [InlineData("nin.mean", "[0.1,0.2,0.3]", "f cannot be used: 3 means and 2 standard deviations; *")]
    [InlineData("nin.mean", "[0.1,1e99]", "f cannot be used: A mean is not finite.")]
    [InlineData("nin.std", "[0.1,0]", "f cannot be used: A standard deviation is 0; it must be above 0.*")]
    [InlineData("nin.std", null, "f lacks nin.std: an array of numbers. Save it again.")]
    public void Damaged_metadata_are_refused_in_one_line(string key, string? value, string message)
    {
        var metadata = new Dictionary<string, string>(Five.ToMetadata());
        if (value is null) metadata.Remove(key);
        else metadata[key] = value;

        FluentActions.Invoking(() => Preprocessing.FromMetadata(metadata, "f")).Should().Throw<InvalidDataException>()
            .WithMessage(message).Which.Message.Should().NotContain("\n");
    }
}
