namespace Nin.Model.Tests.Networks;

/// <summary>A static field of the user's half may hold a network, or what is known of it: the order of fields in two halves is not defined.</summary>
[Network(1, 4, 4)]
[Pointwise(2)]
public sealed partial class HeldInAField
{
    public static readonly Architecture Copy = Architecture;
    public static readonly HeldInAField Shared = new(Device.Open("cpu"), seed: 3);
    public static readonly long Bytes = InferenceBytes(2);
}

public class StaticFieldTests
{
    [Fact]
    public void A_static_field_of_the_users_half_finds_the_generated_one_ready()
    {
        HeldInAField.Copy.Layers.Should().ContainSingle().Which.Name.Should().Be("Pointwise1");
        HeldInAField.Shared.Parameters.Should().NotBeNull();
        HeldInAField.Shared.Seed.Should().Be(3);
        HeldInAField.Bytes.Should().BePositive();
    }
}
