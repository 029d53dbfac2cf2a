using Nin.Training;

namespace Nin.Runner.Tests;

/// <summary>The gradients of every network that ships, from its loss to its images, against central differences.</summary>
public sealed class ModelGradientTests
{
    public static TheoryData<string> Models => [.. Shipped.Models.Ids];

    // The layers of book at another size, and fewer of them.
    static readonly string[] SameLayers = ["book96", "book-one-pointwise"];

    public static TheoryData<string> LikeBook => [.. SameLayers];

    public static TheoryData<string> Others => [.. Shipped.Models.Ids.Except(SameLayers)];

    [Theory, MemberData(nameof(Others))]
    public void On_the_processor(string model) => Check("cpu", Shipped.Models.Get(model));

    [LongTheory, MemberData(nameof(LikeBook))]
    [Trait("Category", "Long")]
    public void On_the_processor_where_another_network_has_the_same_layers(string model) => Check("cpu", Shipped.Models.Get(model));

    [LongTheory, MemberData(nameof(Models))]
    [Trait("Category", "Long")]
    public void On_the_emulator(string model) => Check("emulator", Shipped.Models.Get(model));

    [LongFact]
    [Trait("Category", "Long")]
    public void On_every_other_device_that_is_there()
    {
        foreach (var device in DeviceDiscovery.List().Where(d => d.Missing is null && d.Kind is DeviceKind.Cuda or DeviceKind.OpenCl))
        {
            foreach (var model in Shipped.Models.All) Check(device.Id, model);
        }
    }

    static void Check(string id, ModelEntry model)
    {
        using var device = Device.Open(id);
        using var network = model.Create(device, 1);
        var options = new GradientCheckOptions { Batch = IsLarge(model) ? 1 : 2, Directions = 1 };
        GradientCheck.Of(network, options: options).Problem.Should().BeNull("of {0} on {1}", model.Id, id);
    }

    static bool IsLarge(ModelEntry model) => model.Architecture().Macs > 100_000_000;
}
