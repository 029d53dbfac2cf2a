using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin002Tests
{
    [Fact]
    public void Layers_without_a_network_are_reported_on_the_first() => Marked.Verify(
        """
        using Nin;
        [{|NIN002:Conv2d|}(4, Kernel = 1)]
        [Relu]
        partial class Net;
        """,
        "Net: it has layers, but no input; put [Network(channels, height, width)] on it, or [Layers] where networks take its layers");

    [Fact]
    public void Layers_of_a_class_that_is_not_a_network_are_reported() => Marked.Verify(
        """
        using Nin;
        [Network(1, 8, 8)]
        [{|NIN002:LayersOf<string>|}]
        partial class Net;
        """,
        "LayersOf<String>: String is not a network; name a class that has layers, and [Network] or [Layers]");

    [Fact]
    public void The_compiler_alone_speaks_of_an_input_that_is_being_typed() => Marked.Verify("""
        using Nin;
        [Network(1, 8)]
        [Conv2d(4, Kernel = 1)]
        partial class Net;
        """);
}
