using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin003Tests
{
    [Fact]
    public void A_network_without_a_layer_is_reported() => Marked.Verify(
        """
        using Nin;
        [{|NIN003:Network|}(1, 8, 8)]
        partial class Net;
        """,
        "Net: it has no layer; add one, such as [NinBlock(32, Kernel = 3)]");
}
