using Nin.Model.Tests.Networks;
using Nin.Model.Tests.Published;

namespace Nin.Model.Tests.Checkpoints;

/// <summary>Names of torchvision's networks find their places in the same network declared here, and in no other.</summary>
public sealed class TorchvisionNamesTests
{
    /// <summary>As torchvision's documentation gives them.</summary>
    public static TheoryData<string, long> Published => new()
    {
        { "alexnet", 61_100_840 }, { "mobilenet_v2", 3_504_872 }, { "resnet18", 11_689_512 }, { "resnet34", 21_797_672 }, { "resnet50", 25_557_032 },
        { "resnet101", 44_549_160 }, { "resnet152", 60_192_808 }, { "squeezenet1_0", 1_248_424 }, { "squeezenet1_1", 1_235_496 }, { "vgg11", 132_863_336 },
        { "vgg11_bn", 132_868_840 }, { "vgg13", 133_047_848 }, { "vgg13_bn", 133_053_736 }, { "vgg16", 138_357_544 }, { "vgg16_bn", 138_365_992 },
        { "vgg19", 143_667_240 }, { "vgg19_bn", 143_678_248 },
    };

    [Theory, MemberData(nameof(Published))]
    public void Each_table_has_as_many_parameters_as_torchvisions_network(string network, long parameters)
    {
        var layers = TorchvisionNames.Layers(network);
        // A convolution before a normalisation has no bias, except in VGG.
        layers.Sum(l => l.Dims.Aggregate(1L, (a, b) => a * b) + (l.Norm is null || network.StartsWith("vgg", StringComparison.Ordinal) ? l.Dims[0] : 0) + (l.Norm is null ? 0 : 2L * l.Dims[0]))
            .Should().Be(parameters);
        layers.SelectMany(l => l.Norm is null ? [l.Name] : new[] { l.Name, l.Norm }).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void All_that_are_known_are_tested() => TorchvisionNames.Known.Should().BeEquivalentTo(Published.Select(row => (string)row[0]));

    [Fact]
    public void A_shortcut_may_stand_before_the_rest_of_its_block()
    {
        var names = TorchvisionNames.Of("resnet18", ShortcutFirstResNet.Architecture);
        names.Values.Should().BeEquivalentTo(TorchvisionNames.ResNet18(ResNet18.Architecture).Values.Where(name => !name.StartsWith("fc.", StringComparison.Ordinal)));
        names["Stage2_Shortcut.weight"].Should().Be("layer2.0.downsample.0.weight");
        names["Stage2_ShortcutNorm.running_var"].Should().Be("layer2.0.downsample.1.running_var");
        names["Stage2_Norm2.bias"].Should().Be("layer2.0.bn1.bias");
        names["Stage2_Conv3.weight"].Should().Be("layer2.0.conv2.weight");
        names.Keys.Should().NotContain("Head.weight", "it has other classes").And.NotContain("Head.bias");
    }

    [Fact]
    public void AlexNet_and_VGG_11_have_their_names()
    {
        Shapes("alexnet", AlexNet.Architecture).Should().HaveCount(16).And.Contain("features.3.weight", "192x64x5x5").And.Contain("classifier.1.weight", "4096x9216");
        Shapes("vgg11", Vgg11.Architecture).Should().HaveCount(22).And.Contain("features.18.weight", "512x512x3x3").And.Contain("classifier.6.bias", "1000");
    }

    [Fact]
    public void A_first_convolution_of_grey_images_is_paired_by_its_place() =>
        TorchvisionNames.ResNet18(GreyResNet.Architecture)["Conv1.weight"].Should().Be("conv1.weight");

    [Fact]
    public void Another_network_is_refused_by_what_is_unlike()
    {
        FluentActions.Invoking(() => TorchvisionNames.Of("resnet19", ResNet18.Architecture)).Should().Throw<ArgumentException>()
            .WithMessage("'resnet19' is not known here: use alexnet, mobilenet_v2, resnet18, *, or a dictionary of your own.*");
        FluentActions.Invoking(() => TorchvisionNames.Of("vgg11_bn", Vgg11.Architecture)).Should().Throw<ArgumentException>()
            .WithMessage("Vgg11 is not torchvision's vgg11_bn: it lacks a normalisation as 'features.1'.*");
        FluentActions.Invoking(() => TorchvisionNames.Of("alexnet", Vgg11.Architecture)).Should().Throw<ArgumentException>()
            .WithMessage("Vgg11 is not torchvision's alexnet: it has *, of the weights [64, 3, 3, 3], for which that has no layer left.*");
        FluentActions.Invoking(() => TorchvisionNames.Of("resnet18", TinyNin.Architecture)).Should().Throw<ArgumentException>()
            .WithMessage("TinyNin is not torchvision's resnet18: it has Block1, a NinBlock.*");
    }

    static Dictionary<string, string> Shapes(string torchvision, Architecture network)
    {
        var names = TorchvisionNames.Of(torchvision, network);
        return network.Parameters.ToDictionary(p => names[p.Name], p => string.Join("x", p.Dims));
    }
}
