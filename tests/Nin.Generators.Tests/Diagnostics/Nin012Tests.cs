using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin012Tests
{
    [Fact]
    public void Layers_on_a_second_declaration_are_reported_there_once() => Marked.Verify(
        """
        using Nin;
        [Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class Net;
        [Budget(MaxMacs = 1)] partial class Net;
        [{|NIN012:Relu|}, Conv2d(0, Kernel = 1)] partial class Net;
        """,
        "Net: layers are on more than one declaration, which gives them no order; move them to one");

    [Fact]
    public void Network_and_layers_may_stand_apart() => Marked.Verify("""
        using Nin;
        [Network(1, 8, 8)] partial class Net;
        [Conv2d(4, Kernel = 1)] partial class Net;
        """);
}
